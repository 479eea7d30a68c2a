import { changeOf } from "../format/change";
import { childrenOf, type Lineage } from "./lineage";
import type { TellingStep } from "./telling_steps";
import type { MetricSpec, Model } from "../wire.gen";

/** A model that lost much, and the child of it that won most back; null where none did. */
export interface LossAndRepair {
  readonly loss: Model;
  readonly repair: Model | null;
}

/**
 * Of models that lost much (`losses`, the largest first), the first that a child repaired, else the
 * first; of those that `measured` holds alone. Null where none of them is there.
 */
export function lossAndRepair(
  lineage: Lineage,
  losses: readonly TellingStep[],
  spec: MetricSpec,
  measured: ReadonlySet<string>,
): LossAndRepair | null {
  const lost = losses
    .flatMap(({ child, more }) => [child, ...more])
    .filter(({ key }) => measured.has(key));
  for (const loss of lost) {
    const repair = bestRepair(lineage, loss, spec, measured);
    if (repair) return { loss, repair };
  }
  return lost[0] ? { loss: lost[0], repair: null } : null;
}

function bestRepair(
  lineage: Lineage,
  { key, metrics }: Model,
  spec: MetricSpec,
  measured: ReadonlySet<string>,
): Model | null {
  let best: Model | null = null;
  let most = 0;
  for (const each of childrenOf(lineage, key)) {
    const child = lineage.nodes.get(each)?.model;
    if (!child || !measured.has(each)) continue;
    const change = changeOf(child.metrics[spec.name], metrics[spec.name], spec);
    if (change?.verdict !== "better" || Math.abs(change.amount) <= most) continue;
    [best, most] = [child, Math.abs(change.amount)];
  }
  return best;
}
