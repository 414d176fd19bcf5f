const CSS = `
:host { display: block; font: inherit; text-align: start; container-type: inline-size }
:host([hidden]) { display: none }
[hidden] { display: none !important }
* { box-sizing: border-box }
[part=base] {
  --accent: var(--s2s-accent, #2557c9);
  --accent: var(--s2s-accent, light-dark(#2557c9, #9db8ff));
  --on-accent: var(--s2s-on-accent, #fff);
  --on-accent: var(--s2s-on-accent, light-dark(#fff, #0b1430));
  --line: var(--s2s-line, color-mix(in srgb, currentColor 28%, transparent));
  --soft: var(--s2s-soft, color-mix(in srgb, currentColor 6%, transparent));
  --error: var(--s2s-error, #b3261e);
  --error: var(--s2s-error, light-dark(#b3261e, #ffb4ab));
  --radius: var(--s2s-radius, .5rem);
  display: grid; gap: var(--s2s-gap, .75rem); line-height: 1.5;
}
[part=label] { font-weight: 600 }
[part=input], [part=output] {
  display: block; inline-size: 100%; margin: 0; padding: .625rem .75rem; border: 1px solid var(--line); border-radius: var(--radius);
  font: inherit; color: inherit; overflow-wrap: anywhere; white-space: pre-wrap;
}
[part=input] { min-block-size: 4.25rem; max-block-size: 50vh; resize: vertical; field-sizing: content; background: var(--s2s-field, transparent) }
[part=input]::placeholder { color: inherit; opacity: .6 }
[part=output] { min-block-size: 2.8rem; background: var(--soft); border-color: transparent }
[part=controls] { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; min-block-size: 2.5rem }
[part~=button] {
  min-block-size: 2.5rem; min-inline-size: 7rem; padding: .375rem 1.25rem; border: 1px solid transparent; border-radius: var(--radius);
  font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); cursor: pointer;
}
[part~=button]:hover { background: color-mix(in srgb, var(--accent) 88%, currentColor) }
[part~=button]:active { translate: 0 1px }
[part~=stop] { color: inherit; background: var(--soft); border-color: var(--line) }
:disabled { opacity: .55; cursor: not-allowed }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
[part=input]:focus-visible { outline-width: 2px; outline-offset: -1px }
[part=progress] { flex: 1 1 6rem; max-inline-size: 14rem; block-size: .5rem; accent-color: var(--accent) }
[part=status], [part=amount] { font-size: .875em; opacity: .8 }
[part=amount] { font-variant-numeric: tabular-nums }
[part=error] { margin: 0; color: var(--error) }
[part=output][aria-busy=true]::after {
  content: ""; display: inline-block; inline-size: .5ch; block-size: 1em; margin-inline-start: .15ch; vertical-align: text-bottom;
  background: currentColor; opacity: .5;
}
@container (max-width: 22rem) { [part~=button] { inline-size: 100% } }
@media (prefers-reduced-motion: no-preference) {
  [part=output][aria-busy=true]::after { animation: blink 1s steps(2, jump-none) infinite }
  @keyframes blink { to { opacity: 0 } }
}
@media (forced-colors: active) {
  [part=output] { border-color: CanvasText }
  [part~=button] { border-color: ButtonText }
}`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all elements of the page. A constructed one needs no 'unsafe-inline' of the page's policy. */
export function styleSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
