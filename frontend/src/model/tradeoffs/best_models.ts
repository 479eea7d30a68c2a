import { difference, knownOf, type Noise } from "../metrics/known";
import type { MetricSpec, Model } from "../wire.gen";

export interface Best {
  spec: MetricSpec;
  model: Model;
  /** How many others have the same value. */
  ties: number;
}

/** The best model for each primary metric that has a goal and a finite value. */
export function bestModels(models: readonly Model[], specs: readonly MetricSpec[]): Best[] {
  return specs.filter((spec) => spec.primary).flatMap((spec) => bestBy(models, spec) ?? []);
}

/** The models that come after the best, the nearest first; those that have the same value first. */
export function nextBest(
  models: readonly Model[],
  { spec, model: best }: Best,
  most: number,
): Model[] {
  const sign = spec.goal === "max" ? -1 : 1;
  const valueOf = ({ metrics }: Model): number => sign * (metrics[spec.name]?.value ?? Infinity);
  return models
    .filter((model) => model !== best && isCandidate(model) && Number.isFinite(valueOf(model)))
    .sort((a, b) => valueOf(a) - valueOf(b))
    .slice(0, most);
}

/** How many other models the best is not told from, apart from those with the same value. */
export interface Unsure {
  /** By noise that is known. */
  readonly within: number;
  /** By noise between processes, which nobody measured. */
  readonly unknown: number;
}

export function unsureOfBest(
  models: readonly Model[],
  { spec, model: best }: Best,
  replicates: Noise["replicates"],
): Unsure {
  const own = knownOf(best, spec, replicates.get(best.key));
  const seen = models.map((model) => {
    const known = isCandidate(model) ? knownOf(model, spec, replicates.get(model.key)) : null;
    if (!own || !known || known.value === own.value) return "same";
    return difference(known, own, models.length - 1);
  });
  const count = (what: string): number => seen.filter((one) => one === what).length;
  return { within: count("cannot tell"), unknown: count("unknown") };
}

function isCandidate({ status }: Model): boolean {
  return status !== "missing" && status !== "failed";
}

/** The best of the models that did not fail; null without a goal or a finite value, and where units are mixed. */
export function bestBy(models: readonly Model[], spec: MetricSpec): Best | null {
  if (spec.goal === null || spec.mixed) return null;
  const sign = spec.goal === "max" ? 1 : -1;
  let best: Best | null = null;
  let bestValue = -Infinity;
  for (const model of models) {
    const value = model.metrics[spec.name]?.value;
    if (value == null || !isCandidate(model)) continue;
    if (best && sign * value === bestValue) best.ties++;
    if (sign * value > bestValue) {
      best = { spec, model, ties: 0 };
      bestValue = sign * value;
    }
  }
  return best;
}
