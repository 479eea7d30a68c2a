import type { Lineage, LineageNode } from "./lineage";
import { operationText } from "../format/operation_words";

/** One step of the way from the root to a model. */
export interface RecipeStep {
  key: string;
  /** The model that the step made. */
  id: string;
  /** What was done: "magnitude prune 50 %"; "" for a root or a step without an operation. */
  phrase: string;
  /** Ids of the further parents that took part. */
  others: string[];
  /** Whether the way to the step before was chosen among several models of the same id. */
  assumed: boolean;
}

/** The steps from the root to the model `key`, along main parents; [] where it is unknown. */
export function recipeOf(lineage: Lineage, key: string): RecipeStep[] {
  const steps: RecipeStep[] = [];
  for (let node = lineage.nodes.get(key) ?? null; node; node = node.parent) {
    steps.push(stepOf(node));
  }
  return steps.reverse();
}

/** The step that made the model `key`; null where it is unknown. */
export function recipeStep(lineage: Lineage, key: string): RecipeStep | null {
  const node = lineage.nodes.get(key);
  return node ? stepOf(node) : null;
}

/** "dense → magnitude prune 50 % → fine-tune 3 epochs"; `named`: how ids are written. */
export function recipeText(
  steps: readonly RecipeStep[],
  named: (id: string) => string = (id) => id,
): string {
  return steps
    .map((step, index) => {
      const text = index === 0 ? named(step.id) : step.phrase || named(step.id);
      return step.others.length ? `${text} with ${step.others.map(named).join(", ")}` : text;
    })
    .join(" → ");
}

function stepOf(node: LineageNode): RecipeStep {
  const { model } = node;
  return {
    key: node.key,
    id: model.id,
    phrase: operationText(model.operation),
    others: node.furtherParents.map((parent) => parent.model.id),
    assumed: node.parent !== null && (model.assumed ?? []).includes(node.parent.key),
  };
}
