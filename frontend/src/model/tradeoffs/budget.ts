import { median } from "d3-array";

import { changeOfNumbers, changeText } from "../format/change";
import { isPercent, metricFormat, metricLabel } from "../format/metric_format";
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
function keepsLimit({ metrics }: Model, known: KnownLimit): boolean {
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

/** Where fewer models than this share keep a limit, it is too strict to begin with. */
const LEAST_SHARE = 0.2;

/**
 * The metric for a new budget: that of the `x` axis, which shows what models cost, else the first
 * to be lowered, of those that have no limit yet.
 */
export function metricToLimit(
  specs: readonly MetricSpec[],
  limits: readonly Limit[],
  x: MetricSpec | null,
): MetricSpec | null {
  const limited = new Set(limits.map(({ metric }) => metric));
  const open = specs.filter(({ name }) => !limited.has(name));
  if (x?.goal === "min" && open.includes(x)) return x;
  return open.find(({ goal }) => goal === "min") ?? open[0] ?? specs[0] ?? null;
}

/**
 * A limit on `spec` to begin with, in round numbers: for what is to be lowered half of the base's
 * value, else the base's; where that fails most or none of the models, their median.
 */
export function startingLimit(
  spec: MetricSpec,
  models: readonly Model[],
  base: Model | null,
): Limit {
  const bound = spec.goal === "max" ? "at_least" : "at_most";
  const values = models.flatMap(({ metrics }) => metrics[spec.name]?.value ?? []);
  const own = base?.metrics[spec.name]?.value ?? null;
  const candidates = own === null ? [] : spec.goal === "min" ? [own / 2, own] : [own];
  const limits = [...candidates, median(values) ?? 0].map((value): Limit => ({
    metric: spec.name,
    bound,
    relation: "absolute",
    value: roundNumber(value, spec),
  }));
  return limits.find((limit) => suits(limit, spec, values)) ?? limits.at(-1)!;
}

/** Whether enough of the values keep the limit, and some do not. */
function suits(limit: Limit, spec: MetricSpec, values: readonly number[]): boolean {
  const known = { limit, spec, value: limit.value };
  const kept = values.filter((value) => keeps(value, known)).length;
  return kept < values.length && kept >= values.length * LEAST_SHARE;
}

/** `value` with two digits, a share with three, less strict rather than stricter. */
function roundNumber(value: number, spec: MetricSpec): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const digits = isPercent(spec) ? 3 : 2;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - digits + 1);
  const steps = Number((value / unit).toPrecision(12));
  const round = spec.goal === "max" ? Math.floor(steps) : Math.ceil(steps);
  return Number((round * unit).toPrecision(12));
}

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
