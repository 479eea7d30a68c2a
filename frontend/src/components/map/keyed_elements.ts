/** The key of the drawn element that an event is on; null where it is on none. */
export function keyOf(target: EventTarget | null): string | null {
  return target instanceof SVGElement ? (target.dataset.key ?? null) : null;
}

/** Whether the keyboard has brought the focus, not a pointer. */
export function isByKeyboard({ target }: FocusEvent): boolean {
  return target instanceof Element && target.matches(":focus-visible");
}

/** What is drawn of a key, of several the last, which lies above the others. */
export function elementOf(root: HTMLElement | undefined, key: string): SVGElement | null {
  const found = root?.querySelectorAll<SVGElement>(`[data-key="${CSS.escape(key)}"]`);
  return found?.[found.length - 1] ?? null;
}
