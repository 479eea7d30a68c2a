import type { Interval, Model } from "../wire.gen";

/** A model of the map whose damage was measured, beside what its plan promised. */
export interface MeasuredModel {
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  readonly damage: number;
  readonly interval: Interval | null;
  readonly promised: number | null;
}

/** What a model's metrics call its bytes, the first that it has. */
const BYTES = ["packed_bytes", "bytes"] as const;

/** The models that come from `key` and say their `damage` and their bytes, from large to small. */
export function measuredModels(models: readonly Model[], key: string): MeasuredModel[] {
  const parents = new Map(models.map((model) => [model.key, model.parents]));
  return models
    .filter((model) => comesFrom(model.key, key, parents))
    .flatMap((model) => {
      const damage = model.metrics.damage;
      const bytes = bytesOf(model);
      if (damage?.value == null || bytes === null) return [];
      const promised = numberOf(model.operation?.parameters.predicted_damage);
      return {
        key: model.key,
        name: model.id,
        bytes,
        damage: damage.value,
        interval: damage.interval ?? null,
        promised: promised ?? model.metrics.predicted_damage?.value ?? null,
      };
    })
    .sort((one, other) => other.bytes - one.bytes);
}

function bytesOf({ metrics, operation }: Model): number | null {
  const logged = BYTES.map((name) => metrics[name]?.value).find((value) => value != null);
  return logged ?? numberOf(operation?.parameters.bytes);
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function comesFrom(
  key: string,
  from: string,
  parents: ReadonlyMap<string, readonly string[]>,
): boolean {
  const seen = new Set<string>([key]);
  for (const each of seen) {
    for (const parent of parents.get(each) ?? []) {
      if (parent === from) return true;
      seen.add(parent);
    }
  }
  return false;
}
