import type { Budget, Metric, MetricSpec, Model } from "../wire.gen";

/** A limit on one metric: logged with the metric, or set on the page. */
export interface Limit extends Budget {
  metric: string;
  /** The words in which it was typed, without its sign; they stay while they mean it. */
  typed?: string;
}

/** A limit with its metric and the value it stands for; null where the base lacks the metric. */
export interface KnownLimit {
  readonly limit: Limit;
  readonly spec: MetricSpec;
  readonly value: number | null;
}

/** The limits that were logged with the metrics. */
export function loggedLimits(specs: readonly MetricSpec[]): Limit[] {
  return specs.flatMap(({ name, budget }) => (budget ? { metric: name, ...budget } : []));
}

/** `limits` on metrics that exist, with their values against `base`. */
export function knownLimits(
  limits: readonly Limit[],
  specs: readonly MetricSpec[],
  base: Model | null,
): KnownLimit[] {
  return limits.flatMap((limit) => {
    const spec = specs.find(({ name }) => name === limit.metric);
    return spec ? { limit, spec, value: valueOf(limit, base?.metrics[limit.metric]) } : [];
  });
}

/** Whether `model` keeps all limits; what was not logged is not known to keep one. */
export function keepsAll(model: Model, limits: readonly KnownLimit[]): boolean {
  return limits.every((known) => keepsLimit(model, known));
}

/** Whether a model keeps one limit; a bound ("≥ 1.2 M") only where all it leaves open does. */
export function keepsLimit({ metrics }: Model, known: KnownLimit): boolean {
  const metric = metrics[known.limit.metric];
  const open = known.limit.bound === "at_most" ? "≥" : "≤";
  return metric?.bound !== open && keeps(metric?.value, known);
}

/** Whether a metric's value keeps one limit. */
export function keeps(own: number | null | undefined, { limit, value }: KnownLimit): boolean {
  if (own == null || value === null) return false;
  return limit.bound === "at_most" ? own <= value : own >= value;
}

function valueOf({ relation, value }: Limit, base: Metric | undefined): number | null {
  if (relation === "absolute") return value;
  if (base?.value == null) return null;
  return relation === "base_plus" ? base.value + value : base.value * (1 + value / 100);
}
