import { plotSize, type Margin, type OwnSize } from "../../model/charts/plot";

/** The size of a chart and of the plot inside its margins; marks are drawn in px of the plot. */
export class ChartFrame {
  /** The drawing, to be saved. */
  svg = $state<SVGSVGElement>();
  /** Px that its container gives it. */
  roomWidth = $state(0);
  roomHeight = $state(0);
  readonly margin: Margin;
  readonly #own: () => OwnSize;

  /** `own` gives its size; without one it fills its container. */
  constructor(margin: Margin, own: () => OwnSize = () => ({})) {
    this.margin = margin;
    this.#own = own;
  }

  readonly #plot = $derived.by(() =>
    plotSize({ width: this.roomWidth, height: this.roomHeight }, this.margin, this.#own()),
  );

  get width(): number {
    return this.#plot.width;
  }

  get height(): number {
    return this.#plot.height;
  }

  /** Px of the whole drawing. */
  readonly whole = $derived.by(() => {
    const { height, square } = this.#own();
    const { left, right, top, bottom } = this.margin;
    if (square === undefined) return { width: this.roomWidth, height: height ?? this.roomHeight };
    return { width: this.width + left + right, height: this.height + top + bottom };
  });

  get fills(): boolean {
    const { height, square } = this.#own();
    return height === undefined && square === undefined;
  }

  /** Where in the plot the pointer is. */
  at(event: MouseEvent): { x: number; y: number } {
    const page = this.onPage({ x: 0, y: 0 });
    return { x: event.clientX - page.x, y: event.clientY - page.y };
  }

  /** Where on the page a place of the plot is. */
  onPage(place: { readonly x: number; readonly y: number }): { x: number; y: number } {
    const box = this.svg?.getBoundingClientRect();
    const { left, top } = this.margin;
    return { x: (box?.left ?? 0) + left + place.x, y: (box?.top ?? 0) + top + place.y };
  }
}
