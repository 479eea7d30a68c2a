import { keeps, type KnownLimit } from "./budget";
import { changeOf, changeText } from "../format/change";
import { metricFormat, metricLabel } from "../format/metric_format";
import type { Metric, Model } from "../wire.gen";

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
  const { metrics } = nearest;
  const missed = limits.filter((known) => !keeps(metrics[known.limit.metric]?.value, known));
  return { model: nearest, limits: missed };
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
      const change = changeOf(metric, measured(value), { ...spec, goal: null });
      const own = metric?.value == null ? "" : metricFormat(spec).full(metric.value);
      const by = change ? changeText(change, spec).replace(/^[+−]/, "") : "";
      const name = named ? `${metricLabel(spec)} ` : "";
      return `${name}${own}, ${by} ${limit.bound === "at_most" ? "over" : "under"}`;
    })
    .join("; ");
}

function measured(value: number | null): Metric {
  return { value, repeats: [value], step: null };
}
