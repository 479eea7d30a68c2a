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
