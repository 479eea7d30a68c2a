import type { AxisScale } from "../charts/axis";
import type { Replicates } from "../metrics/estimate";
import { knownOf, type Known } from "../metrics/known";
import type { Goal } from "../metrics/metric_choice";
import type { MetricSpec, Model } from "../wire.gen";

/** A model with a finite value on both axes. */
export interface ScatterPoint {
  readonly key: string;
  readonly model: Model;
  /** Which replicates it is one of; its key where it has none. */
  readonly group: string;
  readonly x: number;
  readonly y: number;
  /** The two values with all that is known of their noise. */
  readonly onX: Known;
  readonly onY: Known;
}

/** The points of `models`; of their `replicates` those among them count. */
export function scatterPoints(
  models: readonly Model[],
  x: MetricSpec,
  y: MetricSpec,
  replicates: Replicates,
): ScatterPoint[] {
  const shown = new Set(models);
  return models.flatMap((model) => {
    const group = replicates.get(model.key)?.filter((one) => shown.has(one));
    const [onX, onY] = [knownOf(model, x, group), knownOf(model, y, group)];
    if (!onX || !onY) return [];
    const of = model.replicate_group;
    const own = of === undefined ? model.key : String(of);
    return { key: model.key, model, group: own, x: onX.value, y: onY.value, onX, onY };
  });
}

/** Pixels of a plot within its frame. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The place of a value pair, in pixels of the frame. */
export function placeIn(plot: Plot, x: AxisScale, y: AxisScale, atX: number, atY: number) {
  return {
    x: plot.left + x.share(atX) * plot.width,
    y: plot.top + (1 - y.share(atY)) * plot.height,
  };
}

/**
 * The step line of a `front` sorted from the best x to the best y: what no model reaches lies
 * beyond it. It runs on to both edges of the plot.
 */
export function frontPath(
  front: readonly { readonly x: number; readonly y: number }[],
  plot: Plot,
  xGoal: Goal,
  yGoal: Goal,
): string {
  const [first] = front;
  const last = front.at(-1);
  if (!first || !last) return "";
  const worstY = yGoal === "max" ? plot.top + plot.height : plot.top;
  const worstX = xGoal === "max" ? plot.left : plot.left + plot.width;
  let path = `M${round(first.x)},${round(worstY)}V${round(first.y)}`;
  for (const { x, y } of front.slice(1)) path += `H${round(x)}V${round(y)}`;
  return `${path}H${round(worstX)}`;
}

/** The key of the nearest of `places` within `reach` px of a point; null where none is. */
export function nearestPlace(
  places: ReadonlyMap<string, { readonly x: number; readonly y: number }>,
  x: number,
  y: number,
  reach: number,
): string | null {
  let best: string | null = null;
  let least = reach * reach;
  for (const [key, place] of places) {
    const away = (place.x - x) ** 2 + (place.y - y) ** 2;
    if (away <= least) [best, least] = [key, away];
  }
  return best;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
