import type { MetricSpec, Model } from "./wire.gen";

export interface Best {
  spec: MetricSpec;
  model: Model;
  /** How many others have the same value. */
  ties: number;
}

/** The best logged model for each primary metric that has a goal and a finite value. */
export function bestModels(models: readonly Model[], specs: readonly MetricSpec[]): Best[] {
  return specs
    .filter((spec) => spec.primary && spec.goal !== null)
    .flatMap((spec) => bestBy(models, spec) ?? []);
}

function bestBy(models: readonly Model[], spec: MetricSpec): Best | null {
  const sign = spec.goal === "max" ? 1 : -1;
  let best: Best | null = null;
  let bestValue = -Infinity;
  for (const model of models) {
    const value = model.metrics[spec.name]?.value;
    if (value == null || model.status === "missing") continue;
    if (best && sign * value === bestValue) best.ties++;
    if (sign * value > bestValue) {
      best = { spec, model, ties: 0 };
      bestValue = sign * value;
    }
  }
  return best;
}
