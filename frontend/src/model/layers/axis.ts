import { axisScale, suitsLog, type AxisScale } from "../charts/axis_scale";
import type { LayerMeasure } from "../wire.gen";

/**
 * The axis of a measure's values, with about `count` ticks. On a logarithmic one what is not above
 * zero lies at its low end.
 */
export function layerAxis(
  values: readonly number[],
  measure: LayerMeasure,
  count: number,
): AxisScale {
  return clampedAxis(values, measure.scale === "log", count);
}

/** The axis of bytes, which may be none or less; layers differ in size by orders of magnitude. */
export function bytesAxis(values: readonly number[], count: number): AxisScale {
  const positive = values.filter((value) => value > 0);
  const log = suitsLog(Math.min(...positive), Math.max(...positive));
  return clampedAxis(log ? values : [0, ...values], log, count);
}

function clampedAxis(values: readonly number[], log: boolean, count: number): AxisScale {
  const positive = log ? values.filter((value) => value > 0) : [];
  const axis = positive.length
    ? axisScale(positive, "log", count)
    : axisScale(values, "linear", count);
  const share = (value: number): number =>
    axis.log && value <= 0 ? 0 : Math.min(1, Math.max(0, axis.share(value)));
  return { ...axis, share };
}

/** The finite values among `values`. */
export function known(values: readonly (number | null | undefined)[]): number[] {
  return values.filter((value): value is number => value != null && Number.isFinite(value));
}
