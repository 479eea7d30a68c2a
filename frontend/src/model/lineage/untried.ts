import type { Model } from "../wire.gen";
import type { UnchangedFacts, UntriedFacts } from "../claims/steps";
import { dependsOnProcess } from "../metrics/conditions";
import type { MetricSpec } from "../wire.gen";
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
 * operation have, the most usual first, one for each target.
 */
export function untriedSteps(lineage: Lineage, targets: readonly Model[], most: number): Untried[] {
  const families = new Map<string, LineageNode[]>();
  for (const node of lineage.preorder) {
    const name = node.model.operation?.name;
    if (name === undefined || node.model.status === "failed") continue;
    families.set(name, [...(families.get(name) ?? []), node]);
  }
  return targets
    .flatMap((model) => usual(lineage, model, families.get(model.operation?.name ?? "") ?? []))
    .sort((a, b) => b.others - a.others)
    .slice(0, most);
}

function usual(lineage: Lineage, model: Model, family: readonly LineageNode[]): Untried[] {
  const own = lineage.nodes.get(model.key);
  const peers = family.filter(({ key }) => key !== model.key);
  if (!own || !model.operation) return [];
  const done = chainsFrom(own);
  const counts = new Map<string, number>();
  for (const chain of peers.flatMap((peer) => [...chainsFrom(peer)])) {
    if (!done.has(chain)) counts.set(chain, (counts.get(chain) ?? 0) + 1);
  }
  const [best] = [...counts]
    .filter(([, count]) => count >= LEAST)
    .sort(([a, n], [b, m]) => m - n || b.length - a.length);
  if (!best) return [];
  const [chain, others] = best;
  const steps = chain.split(SEPARATOR);
  return [
    { key: model.key, model: model.id, steps, others, of: peers.length, by: model.operation.name },
  ];
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

/** Of what a program counts or tests: numbers that vary from process to process say nothing here. */
export function unchangedSteps(lineage: Lineage, specs: readonly MetricSpec[]): Unchanged[] {
  return lineage.preorder.flatMap((node) => {
    const parent = node.parent?.model;
    const { model } = node;
    if (!parent || !model.operation || model.status === "failed") return [];
    const pairs = specs.flatMap((spec) => {
      const [own, before] = [model.metrics[spec.name], parent.metrics[spec.name]];
      if (own?.value == null || before?.value == null || dependsOnProcess(own, spec)) return [];
      return [[own.value, before.value] as const];
    });
    if (pairs.length < LEAST_NUMBERS || pairs.some(([own, before]) => own !== before)) return [];
    const step = recipeStep(lineage, node.key)?.phrase || model.id;
    const numbers = pairs.length;
    return [{ parentKey: parent.key, childKey: node.key, parent: parent.id, step, numbers }];
  });
}
