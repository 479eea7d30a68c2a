import { axisScale, type AxisScale } from "../charts/axis";
import { metricFormat } from "../format/metric_format";
import type { ScaleChoice, ScatterZoom } from "../link/tradeoffs";
import type { MetricSpec } from "../wire.gen";
import type { Known } from "../metrics/known";
import { placeIn, type Plot, type ScatterPoint } from "./scatter";

/** Px from tick to tick, about. */
const TICK_PX = { x: 72, y: 40 };

/** One metric along an axis. */
export interface PlaneAxis {
  readonly spec: MetricSpec;
  readonly scale: ScaleChoice;
}

/** The two axes, and where on the frame they put each model. */
export interface ScatterPlane {
  readonly plot: Plot;
  readonly x: AxisScale;
  readonly y: AxisScale;
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
}

/** `zoom`: what part of the plane is shown; null for all. */
export function scatterPlane(
  points: readonly ScatterPoint[],
  x: PlaneAxis,
  y: PlaneAxis,
  plot: Plot,
  zoom: ScatterZoom | null,
): ScatterPlane {
  const across = axisOf(
    points.flatMap(({ onX }) => reachOf(onX)),
    x,
    plot.width / TICK_PX.x,
    zoom && [zoom[0], zoom[1]],
  );
  const up = axisOf(
    points.flatMap(({ onY }) => reachOf(onY)),
    y,
    plot.height / TICK_PX.y,
    zoom && [zoom[2], zoom[3]],
  );
  const places = new Map(
    points.map((point) => [point.key, placeIn(plot, across, up, point.x, point.y)]),
  );
  return { plot, x: across, y: up, places };
}

/** What an axis has room for: the value, and the interval that was logged with it. */
function reachOf({ value, estimate }: Known): number[] {
  return estimate?.source === "interval" ? [estimate.low, value, estimate.high] : [value];
}

function axisOf(
  values: readonly number[],
  { spec, scale }: PlaneAxis,
  count: number,
  zoom: readonly [number, number] | null,
): AxisScale {
  const choice = scale === "auto" && isShare(spec, values) ? "linear" : scale;
  return axisScale(values, choice, count, zoom);
}

/** Shares have a natural end at both sides: their differences count, not their ratios. */
function isShare(spec: MetricSpec, values: readonly number[]): boolean {
  if (metricFormat(spec).unit === "%") return true;
  return spec.goal === "max" && values.every((value) => value >= 0 && value <= 1);
}

/** Keys of the points between two corners of the frame, in their order. */
export function keysBetween(
  points: readonly ScatterPoint[],
  { places }: Pick<ScatterPlane, "places">,
  one: { readonly x: number; readonly y: number },
  other: { readonly x: number; readonly y: number },
): string[] {
  const between = (at: number, a: number, b: number) =>
    at >= Math.min(a, b) && at <= Math.max(a, b);
  return points.flatMap(({ key }) => {
    const place = places.get(key);
    const inside = place && between(place.x, one.x, other.x) && between(place.y, one.y, other.y);
    return inside ? key : [];
  });
}
