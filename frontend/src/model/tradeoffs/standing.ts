import type { MetricSpec } from "../wire.gen";
import { metricLabel, isBytes } from "../format/metric_format";
import type { ScatterPoint } from "./scatter";

/**
 * Where a model stands: on the front; tied with it within noise; behind it by the numbers, while
 * noise between processes is unknown; or beaten beyond noise (null).
 */
export type Standing = "front" | "tied" | "unknown" | null;

/** What predictions say against a model, although its numbers are good. */
export type Caution = "harmed";

const STANDINGS = {
  front: "on the front",
  tied: "tied with the front within spread",
  unknown: "behind the front by its numbers; noise between processes unknown",
} as const;

const CAUTIONS = { harmed: "some instances are harmed: see Behaviors" } as const;

/** "on the front; some instances are harmed: see Behaviors"; "" where there is nothing to say. */
export function standingText(standing: Standing, caution: Caution | null = null): string {
  const said = [standing && STANDINGS[standing], caution && CAUTIONS[caution]];
  return said.filter(Boolean).join("; ");
}

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
