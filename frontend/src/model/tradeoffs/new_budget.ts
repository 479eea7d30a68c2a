import { median } from "d3-array";

import { isPercent } from "../format/metric_format";
import type { MetricSpec, Model } from "../wire.gen";
import { keeps, type Limit } from "./budget";

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
