import type { MetricSpec } from "../wire.gen";

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
