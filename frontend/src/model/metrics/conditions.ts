import { counted } from "../format/numbers";
import type { Metric, MetricSpec, Model } from "../wire.gen";

/** Conditions that belong to the model rather than to where it was measured. */
const OF_THE_MODEL = new Set(["dtype"]);

const TIMES = /^(ns|µs|us|ms|s|sec|min|h)$|\/(ms|s|sec|min|h)$/;
const NAMED_LIKE_TIMES = /(latency|throughput|runtime|time|duration|delay|fps|qps|speed|speedup)/i;

/** What a value depends on besides the model: by name, its values in order of first appearance. */
export type Differences = ReadonlyMap<string, readonly string[]>;

/**
 * The conditions under which `metrics` differ, the host among them; empty where they can be
 * compared. Times count as bound to their host, also if nobody recorded conditions.
 */
export function differingConditions(
  metrics: Iterable<Metric | undefined>,
  spec: MetricSpec,
): Differences {
  const measured = [...metrics].filter((metric) => metric?.value != null) as Metric[];
  const recorded = measured.some(({ conditions }) => conditions);
  if (measured.length < 2 || !(recorded || isTime(spec))) return new Map();
  const seen = new Map<string, Set<string>>();
  for (const name of new Set(measured.flatMap(conditionNames))) {
    seen.set(name, new Set(measured.map((metric) => conditionOf(metric, name))));
  }
  const differing = [...seen].filter(([, values]) => values.size > 1);
  return new Map(differing.map(([name, values]) => [name, [...values]]));
}

/** "Measured under different conditions: threads 2, 1", or null where they do not differ. */
export function conditionsText(differences: Differences): string | null {
  if (differences.size === 0) return null;
  const lines = [...differences].map(([name, values]) => `${name}: ${some(values)}`);
  return ["Measured under different conditions", ...lines].join("\n");
}

/** Why no two values of a metric can be compared, in words; null where they can. */
export function mixedText({ mixed }: Pick<MetricSpec, "mixed">): string | null {
  return mixed === undefined ? null : `Mixed units (${mixed}): not compared. See Problems.`;
}

/** How two measurements cannot be compared, in words; null where they can. */
export function caveatOf(
  metric: Metric | undefined,
  reference: Metric | undefined,
  spec: MetricSpec,
): string | null {
  return conditionsText(differingConditions([metric, reference], spec));
}

/** Why the values of `models` cannot be compared, in words; null where they can. */
export function caveatAmong(models: readonly Model[], spec: MetricSpec): string | null {
  if (spec.mixed) return mixedText(spec);
  return conditionsText(
    differingConditions(
      models.map(({ metrics }) => metrics[spec.name]),
      spec,
    ),
  );
}

function isTime({ name, unit }: MetricSpec): boolean {
  return TIMES.test(unit.trim()) || NAMED_LIKE_TIMES.test(name);
}

const NAMED_LIKE_MEMORY = /memory|vram|\brss\b|(peak|max)[_ ]?(mem|alloc)/i;
const NAMED_LIKE_ENERGY = /energy|power|joule|watt/i;

/**
 * Whether a value depends on the process it was measured in, as times, memory in use and energy do,
 * and whatever was logged with the conditions it was measured under.
 */
export function dependsOnProcess(metric: Metric, spec: MetricSpec): boolean {
  const { name } = spec;
  if (Object.keys(metric.conditions ?? {}).some((one) => !OF_THE_MODEL.has(one))) return true;
  return isTime(spec) || NAMED_LIKE_MEMORY.test(name) || NAMED_LIKE_ENERGY.test(name);
}

function conditionNames({ conditions }: Metric): string[] {
  return ["host", ...Object.keys(conditions ?? {}).filter((name) => !OF_THE_MODEL.has(name))];
}

function conditionOf(metric: Metric, name: string): string {
  const value = name === "host" ? metric.host : metric.conditions?.[name];
  return value ?? "not recorded";
}

const SHOWN = 4;

function some(values: readonly string[]): string {
  const more = values.length - SHOWN;
  const named = values.slice(0, SHOWN).join(" · ");
  return more > 0 ? `${named} · ${counted(more, "other")}` : named;
}
