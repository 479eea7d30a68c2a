import { briefId } from "../labels/short_ids";
import type { UnchangedFacts, UntriedFacts } from "../claims/steps";
import { dependsOnProcess } from "../metrics/conditions";
import type { MetricSpec, Model } from "../wire.gen";
import type { Lineage, LineageNode } from "./lineage";
import { recipeStep } from "./recipe";

/** Steps that others of its kind went on with, and a model did not. */
export interface Untried extends UntriedFacts {
  readonly key: string;
}

/** Fewer others that went on so are no habit. */
const LEAST = 2;
const SEPARATOR = "\n";

/**
 * At most `most` ways to go on, of one or two steps, that `targets` lack and others made by the same
 * operation have: the most usual first, each of the first of the targets that lacks it.
 */
export function untriedSteps(lineage: Lineage, targets: readonly Model[], most: number): Untried[] {
  const families = familiesOf(lineage);
  const ways = new Map<string, Untried>();
  for (const model of targets) {
    const family = families.get(model.operation?.name ?? "");
    const node = lineage.nodes.get(model.key);
    for (const untried of family && node ? usual(node, family) : []) {
      const way = [untried.by, ...untried.steps].join(SEPARATOR);
      if (!ways.has(way)) ways.set(way, untried);
    }
  }
  return [...ways.values()].sort((a, b) => b.others - a.others).slice(0, most);
}

/** All models that one operation made, failed ones apart. */
interface Family {
  readonly by: string;
  size: number;
  /** How many of them went on by a chain of steps. */
  readonly chains: Map<string, number>;
}

function familiesOf({ preorder }: Lineage): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const node of preorder) {
    const by = node.model.operation?.name;
    if (by === undefined || node.model.status === "failed") continue;
    let family = families.get(by);
    if (!family) families.set(by, (family = { by, size: 0, chains: new Map() }));
    family.size++;
    for (const chain of chainsFrom(node)) {
      family.chains.set(chain, (family.chains.get(chain) ?? 0) + 1);
    }
  }
  return families;
}

function usual(node: LineageNode, { by, size, chains }: Family): Untried[] {
  const done = chainsFrom(node);
  const [best] = [...chains]
    .filter(([chain, count]) => count >= LEAST && !done.has(chain) && !repeats(chain, by))
    .sort(([a, n], [b, m]) => m - n || b.length - a.length);
  if (!best) return [];
  const [chain, others] = best;
  const { key, model } = node;
  const of = model.status === "failed" ? size : size - 1;
  return [{ key, model: briefId(model.id), steps: chain.split(SEPARATOR), others, of, by }];
}

/** One more round of what made a model is no other way to go on. */
function repeats(chain: string, by: string): boolean {
  return chain.split(SEPARATOR)[0] === by;
}

/** Names of what was done next, and of what was done after that. */
function chainsFrom({ children }: LineageNode): Set<string> {
  const chains = new Set<string>();
  for (const child of children) {
    const first = child.model.operation?.name;
    if (first === undefined || child.model.status === "failed") continue;
    chains.add(first);
    for (const { model } of child.children) {
      if (model.operation) chains.add(`${first}${SEPARATOR}${model.operation.name}`);
    }
  }
  return chains;
}

/** A step after which every number that can be compared is the parent's. */
export interface Unchanged extends UnchangedFacts {
  readonly parentKey: string;
  readonly childKey: string;
}

/** Fewer equal numbers may be chance. */
const LEAST_NUMBERS = 2;

/** Numbers that vary from process to process say nothing here. */
export function unchangedSteps(lineage: Lineage, specs: readonly MetricSpec[]): Unchanged[] {
  return lineage.preorder.flatMap(({ key: childKey, model, parent: node }) => {
    const parent = node?.model;
    if (!parent || !model.operation || model.status === "failed") return [];
    const numbers = equalNumbers(model, parent, specs);
    if (numbers < LEAST_NUMBERS) return [];
    const step = recipeStep(lineage, childKey)?.phrase || briefId(model.id);
    return [{ parentKey: parent.key, childKey, parent: briefId(parent.id), step, numbers }];
  });
}

/** How many numbers two models share; 0 where one differs. */
function equalNumbers(model: Model, parent: Model, specs: readonly MetricSpec[]): number {
  let equal = 0;
  for (const spec of specs) {
    const [own, before] = [model.metrics[spec.name], parent.metrics[spec.name]];
    if (own?.value == null || before?.value == null || dependsOnProcess(own, spec)) continue;
    if (own.value !== before.value) return 0;
    equal++;
  }
  return equal;
}
