import { rampColour, type RampKind, type Theme } from "../../colour/palette";
import type { Bundles } from "./bundles";
import type { CellBox } from "./cell";
import type { Bar, CellMarks, Dot, Ground } from "./marks";

/** One outline of a drawing, on a canvas or in a file; colours may be `var(--…)`. */
export interface Shape {
  readonly d: string;
  /** `HATCHED` for what was not logged; "none". */
  readonly fill: string;
  readonly stroke?: string;
  readonly width?: number;
  readonly opacity?: number;
  readonly dash?: readonly [number, number];
}

export const HATCHED = "hatched";

/** How shapes are coloured; `pixel`: one of the screen at zoom 1. */
export interface ShapeLooks {
  readonly theme: Theme;
  readonly ramp: RampKind;
  readonly pixel: number;
}

const OPACITY = { ribbon: 0.5, ground: 0.16, faded: 0.28 };

/** What is behind the cells: all bundles that are shown at rest. */
export function bundleShapes({ shown }: Bundles, grounds: readonly Ground[], looks: ShapeLooks) {
  const strengths = new Map(grounds.map(({ cell, strength }) => [cell.id, strength]));
  return shown.map(({ d, further, width, to }): Shape => {
    if (further) {
      const dash = [5 * looks.pixel, 4 * looks.pixel] as const;
      return { d, fill: "none", stroke: "var(--hairline-strong)", width, dash };
    }
    const strength = strengths.get(to.id) ?? null;
    const fill = strength === null ? "var(--hairline-strong)" : colourAt(strength, looks);
    return { d, fill, opacity: OPACITY.ribbon };
  });
}

/** Grounds, bars and the dots of cells; single models are drawn by themselves. */
export function cellShapes({ grounds, bars, dots }: CellMarks, looks: ShapeLooks): Shape[] {
  return [
    ...grounds.flatMap((ground) => groundShapes(ground, looks)),
    ...bars.flatMap((bar) => barShapes(bar, looks)),
    ...dots.filter(({ single }) => !single).flatMap((dot) => dotShapes(dot, looks)),
  ];
}

function groundShapes({ cell, strength, median, faded }: Ground, looks: ShapeLooks): Shape[] {
  const { pixel } = looks;
  const d = rectangle(cell.box, 3 * pixel);
  const shapes: Shape[] = [{ d, fill: "var(--background)" }];
  if (strength !== null) {
    const opacity = faded ? OPACITY.ground / 3 : OPACITY.ground;
    shapes.push({ d, fill: colourAt(strength, looks), opacity });
  }
  const width = pixel;
  shapes.push({ d, fill: "none", stroke: "var(--hairline-strong)", width });
  if (median !== null && !faded) {
    const bottom = cell.box.y + cell.box.height;
    const tick = `M${n(median)},${n(bottom)}l${n(-3 * pixel)},${n(4 * pixel)}h${n(6 * pixel)}Z`;
    shapes.push({ d: tick, fill: "var(--ink-muted)" });
  }
  return shapes;
}

function barShapes({ box, strength, kept }: Bar, looks: ShapeLooks): Shape[] {
  const fill = strength === null ? HATCHED : colourAt(strength, looks);
  const stroke = { stroke: "var(--node-outline)", width: 0.6 * looks.pixel };
  if (kept === 1) return [{ d: rectangle(box), fill, ...stroke }];
  const left = { d: rectangle(box), fill, opacity: OPACITY.faded, ...stroke };
  if (kept === 0) return [left];
  const height = box.height * kept;
  const front = { ...box, y: box.y + box.height - height, height };
  return [left, { d: rectangle(front), fill, ...stroke }];
}

function dotShapes({ x, y, radius, strength, faded, model }: Dot, looks: ShapeLooks): Shape[] {
  const fill = strength === null ? HATCHED : colourAt(strength, looks);
  const opacity = faded ? OPACITY.faded : 1;
  const d = `M${n(x - radius)},${n(y)}a${n(radius)},${n(radius)} 0 1,0 ${n(2 * radius)},0a${n(radius)},${n(radius)} 0 1,0 ${n(-2 * radius)},0Z`;
  const stroke = { stroke: "var(--node-outline)", width: 0.75 * looks.pixel };
  const dot: Shape = { d, fill, opacity, ...stroke };
  if (model.status !== "failed") return [dot];
  const arm = radius * 0.6;
  const cross = `M${n(x - arm)},${n(y - arm)}L${n(x + arm)},${n(y + arm)}M${n(x - arm)},${n(y + arm)}L${n(x + arm)},${n(y - arm)}`;
  const line = { stroke: "var(--worse)", width: 1.5 * looks.pixel };
  return [dot, { d: cross, fill: "none", opacity, ...line }];
}

function colourAt(strength: number, { theme, ramp }: ShapeLooks): string {
  return rampColour(strength, theme, ramp);
}

function rectangle({ x, y, width, height }: CellBox, round = 0): string {
  const r = Math.min(round, width / 2, height / 2);
  if (r <= 0) return `M${n(x)},${n(y)}h${n(width)}v${n(height)}h${n(-width)}Z`;
  const arc = (dx: number, dy: number) => `a${n(r)},${n(r)} 0 0,1 ${n(dx)},${n(dy)}`;
  const across = n(width - 2 * r);
  const down = n(height - 2 * r);
  return `M${n(x + r)},${n(y)}h${across}${arc(r, r)}v${down}${arc(-r, r)}h-${across}${arc(-r, -r)}v-${down}${arc(r, -r)}Z`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
