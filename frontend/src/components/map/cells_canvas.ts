import { HATCHED, type Shape } from "../../model/map/cells/shapes";
import type { View } from "../../model/map/view";

/** Shapes on a canvas that reaches `margin` px beyond each edge of what is seen by `view`. */
export function paintShapes(
  canvas: HTMLCanvasElement,
  shapes: readonly Shape[],
  { view, margin, width, height }: { view: View; margin: number; width: number; height: number },
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const scale = view.k * ratio;
  context.setTransform(scale, 0, 0, scale, (margin + view.x) * ratio, (margin + view.y) * ratio);
  const colours = new Colours(canvas, context, view.k);
  for (const { d, fill, stroke, width = 1, opacity = 1, dash } of shapes) {
    const path = new Path2D(d);
    context.globalAlpha = opacity;
    if (fill !== "none") {
      context.fillStyle = colours.of(fill);
      context.fill(path);
    }
    if (stroke) {
      context.strokeStyle = colours.of(stroke);
      context.lineWidth = width;
      context.setLineDash(dash ? [...dash] : []);
      context.stroke(path);
    }
  }
}

/** What the colours of shapes are on the page. */
class Colours {
  private readonly known = new Map<string, string | CanvasPattern>();
  private readonly style: CSSStyleDeclaration;

  constructor(
    canvas: HTMLCanvasElement,
    private readonly context: CanvasRenderingContext2D,
    private readonly zoom: number,
  ) {
    this.style = getComputedStyle(canvas);
  }

  of(colour: string): string | CanvasPattern {
    let found = this.known.get(colour);
    if (found === undefined) this.known.set(colour, (found = this.resolve(colour)));
    return found;
  }

  private resolve(colour: string): string | CanvasPattern {
    if (colour === HATCHED) return this.hatching() ?? this.variable("--ink-faint");
    const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
    return name === undefined ? colour : this.variable(name);
  }

  private variable(name: string): string {
    return this.style.getPropertyValue(name).trim();
  }

  private hatching(): CanvasPattern | null {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const context = tile.getContext("2d");
    if (!context) return null;
    context.strokeStyle = this.variable("--ink-faint");
    context.lineWidth = 2.5;
    context.stroke(new Path2D("M-2,2L2,-2M-1,9L9,-1M6,10L10,6"));
    const pattern = this.context.createPattern(tile, "repeat");
    pattern?.setTransform(new DOMMatrix().scale(0.7 / this.zoom));
    return pattern;
  }
}
