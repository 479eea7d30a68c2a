/** A scrolling sheet: how far it is scrolled, and its size, in pixels. */
export class SheetScroll {
  element = $state<HTMLElement>();
  scrolled = $state(0);
  viewport = $state(0);
  width = $state(0);
  /** The height of all that scrolls: where things lie changes with it. */
  content = $state(0);

  /** Takes over where the element was scrolled to. */
  follow = (): void => {
    this.scrolled = this.element?.scrollTop ?? 0;
  };

  to(top: number): void {
    this.element?.scrollTo({ top });
  }
}
