import { changeOfNumbers, changeText } from "../format/change";
import { metricFormat, metricLabel } from "../format/metric_format";
import type { Model } from "../wire.gen";
import { keeps, keepsLimit, type KnownLimit } from "./budget";

/** The limits that a model does not keep. */
export interface Miss {
  readonly model: Model;
  readonly limits: readonly KnownLimit[];
}

/**
 * The model that comes closest to keeping all `limits`, of those that have all of the metrics: whose
 * farthest miss, as a share of its limit, is the least. Null where none can be told.
 */
export function nearestMiss(models: readonly Model[], limits: readonly KnownLimit[]): Miss | null {
  let nearest: Model | null = null;
  let least = Infinity;
  for (const model of models) {
    const farthest = Math.max(0, ...limits.map((limit) => missOf(model, limit)));
    if (farthest > 0 && farthest < least) [nearest, least] = [model, farthest];
  }
  if (!nearest) return null;
  const missing = nearest;
  return { model: missing, limits: limits.filter((known) => !keepsLimit(missing, known)) };
}

/** By how much of the limit a model misses it; ∞ where that is not known. */
function missOf({ metrics }: Model, known: KnownLimit): number {
  const own = metrics[known.limit.metric]?.value;
  if (own == null || known.value === null) return Infinity;
  if (keeps(own, known)) return 0;
  return Math.abs(own - known.value) / (Math.abs(known.value) || 1);
}

/** "1.33 MB, 11 % over", "97.2 %, 1.8 pt under"; with names where there are several limits. */
export function missText({ model, limits }: Miss, named: boolean): string {
  return limits
    .map(({ limit, spec, value }) => {
      const metric = model.metrics[limit.metric];
      if (metric?.value == null || value === null) return metricLabel(spec);
      const own = metricFormat(spec).full(metric.value);
      const by = changeText(changeOfNumbers(metric.value, value, spec), spec).replace(/^[+−]/, "");
      const name = named ? `${metricLabel(spec)} ` : "";
      return `${name}${own}, ${by} ${limit.bound === "at_most" ? "over" : "under"}`;
    })
    .join("; ");
}
