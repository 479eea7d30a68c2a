import { briefId } from "../labels/short_ids";
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
  const trained = quality?.goal && !quality.mixed ? trainedIn(preorder, quality) : [];
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

/** Why `base` is the base and not what was passed over for it, in a sentence. */
export function passedOverWords(
  base: Model,
  passedOver: readonly Model[],
  { name }: MetricSpec,
): string {
  const bare = passedOver.filter(({ metrics }) => metrics[name]?.value == null);
  const untrained = passedOver.filter((model) => !bare.includes(model));
  const begin = `The base is ${briefId(base.id)}, the first`;
  if (!untrained.length)
    return `${begin} with a value of ${name}: ${listed(bare, "has", "have")} none.`;
  const without = bare.length ? `, ${listed(bare, "has", "have")} no value` : "";
  return `${begin} that is not at chance by ${name}: ${listed(untrained, "is", "are")}${without}.`;
}

function listed(models: readonly Model[], one: string, several: string): string {
  const names = models.map(({ id }) => briefId(id)).join(", ");
  return `${names} ${models.length === 1 ? one : several}`;
}
