/** Far enough from the window that a model is often there when its element comes into view. */
const MARGIN = "200px";

/** Calls back once, when the element is in or near the window. Returns what ends the wait. */
export function whenVisible(element: Element, action: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      action();
    },
    { rootMargin: MARGIN },
  );
  observer.observe(element);
  return () => observer.disconnect();
}
