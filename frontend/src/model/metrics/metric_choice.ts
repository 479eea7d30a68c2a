import type { MetricChoice } from "../link/map";
import type { MetricSpec, Model } from "../wire.gen";

const SIZE_NAMES = [/size/i, /bytes/i, /param/i, /macs|flops/i, /latency|time/i];

/** The metric that `choice` stands for: a name, or null for none. */
export function chosenMetric(
  choice: MetricChoice,
  specs: readonly MetricSpec[],
  automatic: (specs: readonly MetricSpec[]) => string | null,
): string | null {
  switch (choice.kind) {
    case "none":
      return null;
    case "auto":
      return automatic(specs);
    case "metric":
      return specs.some(({ name }) => name === choice.name) ? choice.name : automatic(specs);
  }
}

/** Quality first: a primary metric to be raised, else any primary metric, else any. */
export function automaticColour(specs: readonly MetricSpec[]): string | null {
  const primary = specs.filter((spec) => spec.primary);
  const raised = primary.find((spec) => spec.goal === "max");
  return (raised ?? primary[0] ?? specs[0])?.name ?? null;
}

/** What a model costs: size, then parameters, computation, time; null where none is logged. */
export function automaticSize(specs: readonly MetricSpec[]): string | null {
  for (const pattern of SIZE_NAMES) {
    const spec = specs.find(({ name, goal }) => goal !== "max" && pattern.test(name));
    if (spec) return spec.name;
  }
  return null;
}

/**
 * What a model costs, where it tells models apart: of the metrics by which costs are called, the
 * first that has at least half as many different values as any of them.
 */
export function costMetric(specs: readonly MetricSpec[], models: readonly Model[]): string | null {
  const costs = SIZE_NAMES.flatMap((pattern) =>
    specs.filter(({ name, goal }) => goal !== "max" && pattern.test(name)),
  );
  const rated = (costs.length ? costs : specs).map(({ name }) => {
    const values = new Set(models.map(({ metrics }) => metrics[name]?.value ?? null));
    return { name, values: values.size };
  });
  const most = Math.max(0, ...rated.map(({ values }) => values));
  return rated.find(({ values }) => values * 2 >= most)?.name ?? null;
}

/** Which way is better. */
export type Goal = NonNullable<MetricSpec["goal"]>;

/** Goals that a person chose on the page for metrics without one, by metric. */
export type ChosenGoals = Readonly<Record<string, Goal>>;

/** `specs` with the chosen goals where none was logged or guessed. */
export function withGoals(
  specs: readonly MetricSpec[],
  chosen: ReadonlyMap<string, Goal>,
): readonly MetricSpec[] {
  if (chosen.size === 0) return specs;
  return specs.map((spec) => {
    const goal = chosen.get(spec.name);
    return spec.goal === null && goal ? { ...spec, goal } : spec;
  });
}
