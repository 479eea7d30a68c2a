import type { AxisScale } from "../charts/axis";
import type { MetricSpec, Metric } from "../wire.gen";
import type { KnownLimit, Limit } from "./budget";

/** A limit as a line across the plot. */
export interface LimitLine {
  readonly known: KnownLimit;
  /** Whether it stands on the x axis. */
  readonly across: boolean;
  /** Where along its axis, within the plot. */
  readonly share: number;
}

/** The limits on the two metrics, where they are known. */
export function limitLines(
  limits: readonly KnownLimit[],
  xSpec: MetricSpec,
  ySpec: MetricSpec,
  x: AxisScale,
  y: AxisScale,
): LimitLine[] {
  return limits.flatMap((known) => {
    const { spec, value } = known;
    if (value === null || (spec.name !== xSpec.name && spec.name !== ySpec.name)) return [];
    const across = spec.name === xSpec.name;
    const axis = across ? x : y;
    // A logarithmic axis has no place for zero and below.
    const share = axis.log && value <= 0 ? 0 : Math.min(1, Math.max(0, axis.share(value)));
    return [{ known, across, share }];
  });
}

/** Digits of a limit that was dragged: nobody aims at more. */
const DIGITS = 3;

/** The limit at another value: what was said against the base stays said so. */
export function movedLimit(
  { metric, bound, relation }: Limit,
  value: number,
  base: Metric | undefined,
): Limit {
  const from = base?.value;
  if (relation === "absolute" || from == null || (relation === "base_percent" && from === 0)) {
    return { metric, bound, relation: "absolute", value: rounded(value) };
  }
  const by = relation === "base_plus" ? value - from : (value / from - 1) * 100;
  return { metric, bound, relation, value: rounded(by) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
