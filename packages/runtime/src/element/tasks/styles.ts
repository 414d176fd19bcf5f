const CSS = `
[part=fields] { display: flex; flex-wrap: wrap; gap: .5rem 1rem; min-inline-size: 0; margin: 0; padding: 0; border: 0 }
[part=fields]:empty { display: none }
[part=setting] { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; font-size: .875em; min-inline-size: 0 }
[part=number], [part=file] { font: inherit; color: inherit; border-radius: var(--radius); min-inline-size: 0; max-inline-size: 100% }
[part=number] { inline-size: 7rem; padding: .25rem .5rem; border: 1px solid var(--line); background: var(--s2s-field, transparent) }
[part=number]::placeholder { color: inherit; opacity: .6 }
[part=file]::file-selector-button {
  min-block-size: 2.25rem; margin-inline-end: .75rem; padding: .25rem .75rem; border: 1px solid var(--line); border-radius: var(--radius);
  font: inherit; color: inherit; background: var(--soft); cursor: pointer;
}
[part=file][aria-invalid=true]::file-selector-button { border-color: var(--error) }
[part=error]::first-letter { text-transform: uppercase }
[part=hint] { opacity: .8 }
[part~=drop] {
  flex: 1 1 100%; display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; min-inline-size: 0; min-block-size: 4.25rem; padding: .75rem;
  border: 1px dashed var(--line); border-radius: var(--radius); font-size: .9375em;
}
[part~=over] { background: var(--soft); border-color: var(--accent) }
[part=picture] {
  max-inline-size: min(100%, 12rem); max-block-size: 12rem; border-radius: calc(var(--radius) / 2);
  background: repeating-conic-gradient(#8883 0 25%, transparent 0 50%) 0 0 / 1rem 1rem; image-rendering: auto;
}
[part=labels] { display: grid; gap: .5rem; margin: 0; padding: 0; list-style: none }
[part=labels] > li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .125rem 1rem; overflow-wrap: anywhere }
[part=labels] > li:first-child { font-weight: 600 }
[part=share] { font-variant-numeric: tabular-nums }
[part=bar] { grid-column: 1 / -1; block-size: .375rem; border-radius: 1rem; background: var(--soft); overflow: hidden }
[part=bar]::before {
  content: ""; display: block; block-size: 100%; inline-size: calc(100% * var(--share)); border-radius: inherit; background: var(--accent);
}
[part=tags] { white-space: normal; line-height: 2.2 }
[part~=tag] {
  padding: .2rem .4rem; border-radius: calc(var(--radius) / 1.5); background: hsl(var(--hue) 75% 50% / 20%);
  box-decoration-break: clone; -webkit-box-decoration-break: clone;
}
[part~=outside] { background: none }
[part=tag-name] { font-size: .6875em; font-weight: 700; letter-spacing: .03em; opacity: .85 }
[part=forecast] { display: grid; gap: .75rem }
[part=chart] { margin: 0 }
[part=chart] figcaption { font-size: .875em; font-weight: 600 }
[part=plot] { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .5rem }
[part=plot] svg { display: block; inline-size: 100%; block-size: 7rem; background: var(--soft); border-radius: var(--radius) }
[part=plot] path { fill: none; stroke: currentColor; stroke-width: 2px; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke }
[part=plot] [part=given] { opacity: .55 }
[part=plot] [part=now] { stroke: var(--line); stroke-width: 1px; stroke-dasharray: 3 3 }
[part=plot] [part=to-come] { stroke: var(--accent); stroke-width: 2.5px }
[part=scale] {
  display: flex; flex-direction: column; justify-content: space-between; text-align: end; font-size: .75em; font-variant-numeric: tabular-nums; opacity: .8;
}
[part=scroll] { max-block-size: 16rem; overflow: auto; border: 1px solid var(--line); border-radius: var(--radius) }
[part=table] { inline-size: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9375em }
[part=table] :is(th, td) { padding: .25rem .75rem; text-align: end; border-block-start: 1px solid var(--line) }
[part=table] :is(thead th) { border: 0; font-weight: 600 }
[part=table] th { font-weight: 400; opacity: .8 }
[part=table] :is(th:first-child) { text-align: start }
[part=paper] { display: grid; justify-items: start; gap: .5rem }
[part=drawing] {
  inline-size: 100%; block-size: clamp(8rem, 40vh, 20rem); padding: .5rem; border: 1px solid var(--line); border-radius: var(--radius);
  fill: none; stroke: currentColor; stroke-linecap: round; stroke-linejoin: round; box-sizing: border-box;
}
[part=save] { color: var(--accent); font-size: .875em }
@media (forced-colors: active) {
  [part=bar] { border: 1px solid CanvasText }
  [part=bar]::before { background: CanvasText }
}`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all elements that have such a view. */
export function taskStyles(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
