/** Shows all of an element's text as its tip while its line has no room for it. */
export function tipWhereCut(element: HTMLElement): () => void {
  const tell = (): void => {
    const isCut = element.scrollWidth > element.clientWidth;
    element.dataset["tip"] = isCut ? (element.textContent ?? "").replace(/\s+/g, " ").trim() : "";
  };
  tell();
  element.addEventListener("pointerover", tell);
  return () => element.removeEventListener("pointerover", tell);
}
