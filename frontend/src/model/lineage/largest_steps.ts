import { changeBetween, type Change } from "../format/change";
import { differenceReach, knownOf, type Noise } from "../metrics/known";
import type { MetricSpec, Model } from "../wire.gen";
import { childrenOf, type Lineage } from "./lineage";
import { recipeStep } from "./recipe";

/** A step that made a model much better or worse than its main parent. */
export interface LargeStep {
  readonly parent: Model;
  readonly child: Model;
  /** "magnitude prune 99 %, scope global"; the child's id where no operation is known. */
  readonly phrase: string;
  readonly change: Change;
  /** The 95 % interval reaches so far to both sides of the change; null where it is unknown. */
  readonly reach: Change | null;
  /** Further children by the same operation of the same parent that changed the same way. */
  readonly more: readonly Model[];
}

export interface LargestSteps {
  readonly losses: readonly LargeStep[];
  readonly gains: readonly LargeStep[];
}

type Step = Pick<LargeStep, "parent" | "child" | "change">;

/**
 * The `most` steps after which a metric was worst and best against the main parent, the largest
 * first, one for each operation on each parent, failed ones apart. Left out are changes within
 * noise (tested at 95 % of all that `noise` compares) or of unknown noise, those measured under other
 * conditions, those below a hundredth of the largest, and gains of what trains the roots `untrained`.
 */
export function largestSteps(
  lineage: Lineage,
  spec: MetricSpec,
  noise: Noise,
  most: number,
  untrained: ReadonlySet<string> = new Set(),
): LargestSteps {
  const steps = stepsOf(lineage, spec, noise).filter(
    ({ parent, change }) => change.verdict !== "better" || !untrained.has(parent.key),
  );
  const known = (model: Model) => knownOf(model, spec, noise.replicates.get(model.key));
  const reachOf = ({ parent, child, change }: Step): Change | null => {
    const [one, other] = [known(child), known(parent)];
    const reach = one && other && differenceReach(one, other);
    const by = one && other ? one.value - other.value : 0;
    if (reach === null || by === 0) return null;
    return { ...change, amount: Math.abs((reach * change.amount) / by) };
  };
  const largest = (verdict: "worse" | "better"): LargeStep[] =>
    firstGroups(notable(steps.filter(({ change }) => change.verdict === verdict)), most).map(
      ([step, ...others]) => ({
        ...step,
        phrase: recipeStep(lineage, step.child.key)?.phrase || step.child.id,
        reach: reachOf(step),
        more: others.map(({ child }) => child),
      }),
    );
  return { losses: largest("worse"), gains: largest("better") };
}

/** A change that is a smaller share of the largest one says nothing beside it. */
const NOTABLE = 0.01;

/** Those of `steps`, the largest first, that say something beside the first. */
function notable(steps: readonly Step[]): Step[] {
  const [largest] = steps;
  return largest ? steps.filter((step) => sizeOf(step) >= sizeOf(largest) * NOTABLE) : [];
}

function sizeOf({ change }: Step): number {
  return Math.abs(change.amount);
}

/** All steps with a change, the largest first. */
function stepsOf(lineage: Lineage, spec: MetricSpec, noise: Noise): Step[] {
  const steps: Step[] = [];
  for (const { model: child, parent: node } of lineage.nodes.values()) {
    const parent = node?.model;
    if (!parent) continue;
    const change = changeBetween(child, parent, spec, noise);
    if (change) steps.push({ parent, child, change });
  }
  return steps.sort((a, b) => sizeOf(b) - sizeOf(a));
}

type Group = [Step, ...Step[]];

/** The first `most` groups of one operation on one parent. */
function firstGroups(steps: readonly Step[], most: number): Group[] {
  const groups = new Map<string, Group>();
  for (const step of steps) {
    const { parent, child } = step;
    const failed = child.status === "failed";
    const name = JSON.stringify([parent.key, child.operation?.name ?? null, failed]);
    const group = groups.get(name);
    if (!group && groups.size === most) continue;
    if (group) group.push(step);
    else groups.set(name, [step]);
  }
  return [...groups.values()];
}

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
  losses: readonly LargeStep[],
  spec: MetricSpec,
  noise: Noise,
  measured: ReadonlySet<string>,
): LossAndRepair | null {
  const lost = losses
    .flatMap(({ child, more }) => [child, ...more])
    .filter(({ key }) => measured.has(key));
  for (const loss of lost) {
    const repair = bestRepair(lineage, loss, spec, noise, measured);
    if (repair) return { loss, repair };
  }
  return lost[0] ? { loss: lost[0], repair: null } : null;
}

function bestRepair(
  lineage: Lineage,
  loss: Model,
  spec: MetricSpec,
  noise: Noise,
  measured: ReadonlySet<string>,
): Model | null {
  let best: Model | null = null;
  let most = 0;
  for (const each of childrenOf(lineage, loss.key)) {
    const child = lineage.nodes.get(each)?.model;
    if (!child || !measured.has(each)) continue;
    const change = changeBetween(child, loss, spec, noise);
    if (change?.verdict !== "better" || Math.abs(change.amount) <= most) continue;
    [best, most] = [child, Math.abs(change.amount)];
  }
  return best;
}
