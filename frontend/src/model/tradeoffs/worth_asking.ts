import type { Model } from "../wire.gen";

/** So many models are asked of at most: they are compared instance by instance. */
const MOST = 8;

/** Keys of those of `models`, the foremost first, whose predictions can be set beside the base's. */
export function worthAsking(base: Model | null, models: readonly Model[]): string[] {
  if (!base?.logged.predictions.length) return [];
  const keys = models
    .filter(({ key, logged }) => key !== base.key && logged.predictions.length > 0)
    .map(({ key }) => key);
  return [...new Set(keys)].slice(0, MOST);
}
