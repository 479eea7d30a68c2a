import type { MetricSpec, Model } from "../wire.gen";
import { oldestLogged, type Lineage, type LineageNode } from "./lineage";

/** The model that others are compared with until somebody chooses one. */
export interface DefaultBase {
  readonly model: Model;
  /** The roots that were passed over because their quality is at chance, or nobody logged it. */
  readonly passedOver: readonly Model[];
  /** Keys of all roots at chance beside it: what trains them repairs nothing. */
  readonly untrained: ReadonlySet<string>;
}

/** A model whose quality is in this part of the range, at its worse end, may never have been trained. */
const CHANCE = 0.25;

/**
 * The root-most model whose quality is not at chance, the oldest of several; the oldest root where no
 * quality tells. Null without models.
 */
export function defaultBase(lineage: Lineage, quality: MetricSpec | null): DefaultBase | null {
  const { roots, preorder } = lineage;
  const root = oldestLogged(roots) ?? roots[0]?.model ?? null;
  const trained = quality?.goal ? trainedIn(preorder, quality) : [];
  const depth = trained.reduce((least, node) => Math.min(least, node.depth), Infinity);
  const model = oldestLogged(trained.filter((node) => node.depth === depth));
  if (!model) return root && { model: root, passedOver: [], untrained: new Set() };
  const isTrained = new Set(trained.map(({ key }) => key));
  const atChance = roots.filter(({ key }) => !isTrained.has(key));
  const above = depth > 0 ? atChance : [];
  const passedOver = above.map((node) => node.model).filter(({ status }) => status !== "missing");
  return { model, passedOver, untrained: new Set(atChance.map(({ key }) => key)) };
}

function trainedIn(nodes: readonly LineageNode[], { name, goal }: MetricSpec): LineageNode[] {
  const sign = goal === "max" ? 1 : -1;
  const valueOf = ({ model }: LineageNode): number | null => {
    const value = model.status === "missing" ? null : model.metrics[name]?.value;
    return value == null ? null : sign * value;
  };
  let [worst, best] = [Infinity, -Infinity];
  for (const node of nodes) {
    const value = valueOf(node);
    if (value !== null) [worst, best] = [Math.min(worst, value), Math.max(best, value)];
  }
  // Where all are alike, none stands apart from chance.
  const least = best > worst ? worst + CHANCE * (best - worst) : worst;
  return nodes.filter((node) => (valueOf(node) ?? -Infinity) >= least);
}
