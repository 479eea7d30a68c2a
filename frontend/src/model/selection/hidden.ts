import type { Model } from "../wire.gen";

/**
 * Keys of the hidden models that are left out: none that others come from which are not hidden, and
 * none of `kept`, which somebody asked for.
 */
export function leftOut(models: readonly Model[], kept: Iterable<string>): ReadonlySet<string> {
  const hidden = new Set(models.flatMap(({ key, hidden }) => (hidden ? key : [])));
  if (hidden.size === 0) return hidden;
  const parents = new Map(models.map(({ key, parents }) => [key, parents]));
  const pending = [...models.flatMap(({ key, hidden }) => (hidden ? [] : key)), ...kept];
  for (const key of pending) hidden.delete(key);
  const seen = new Set(pending);
  for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
    for (const parent of parents.get(key) ?? []) {
      hidden.delete(parent);
      if (!seen.has(parent)) pending.push(parent);
      seen.add(parent);
    }
  }
  return hidden;
}
