import type { MetricSpec } from "../wire.gen";
import { metricLabel, isBytes } from "../format/metric_format";
import type { ScatterPoint } from "./scatter";

/** What a program counts, which repeating does not change. */
const COUNTED = /size|bytes|params?|parameters|macs|flops|sparsity|bits/i;

/** What to know of the noise on one axis, where it is not known; null where it is. */
export function noiseCaveat(
  spec: MetricSpec,
  points: readonly ScatterPoint[],
  axis: "onX" | "onY",
): string | null {
  const known = points.map((point) => point[axis]);
  if (known.length === 0 || isBytes(spec) || spec.mixed) return null;
  const label = metricLabel(spec);
  if (known.some(({ perProcess }) => perProcess)) {
    const between = known.some(({ estimate }) => estimate && estimate.source !== "repeats");
    return between ? null : `${label}: one process each`;
  }
  const once = known.every(({ estimate }) => estimate === null);
  return once && !COUNTED.test(spec.name) ? `${label}: measured once, as exact` : null;
}
