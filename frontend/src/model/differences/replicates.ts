import type { Model, Operation } from "../wire.gen";

const SEED = String.raw`seed|random[_-]?state|run|trial|replicate|repetition|rep`;
/** Parameters that tell replicates apart: "seed", "torch_seed", "random_state", "trial_id". */
const SEED_NAME = new RegExp(String.raw`seed$|^(${SEED})([_-]?(id|no|nr|number|index|idx))?$`, "i");
/** A seed in an id: "dense-seed3", "run_2". */
const SEED_IN_ID = new RegExp(String.raw`(?:[-_. ]|(?<![a-z]))(${SEED})[-_=]?\d+`, "gi");

/** Whether a parameter of this name only tells replicates apart. */
export function isSeed(parameter: string): boolean {
  return SEED_NAME.test(parameter);
}

/**
 * The replicates of each model that has some: keys of all models with the same recipe, itself
 * among them. A recipe is what was done, with which parameters apart from seeds, to what. What was
 * not done to anything, and what has no operation, is known by its id, apart from a seed in it.
 */
export function replicatesOf(models: readonly Model[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<number, string[]>();
  for (const [key, recipe] of recipesOf(models)) {
    const group = groups.get(recipe);
    if (group) group.push(key);
    else groups.set(recipe, [key]);
  }
  const repeated = [...groups.values()].filter((group) => group.length > 1);
  return new Map(repeated.flatMap((group) => group.map((key) => [key, group] as const)));
}

/** A number for each model that is the same where the recipe is. */
function recipesOf(models: readonly Model[]): Map<string, number> {
  const byKey = new Map(models.map((model) => [model.key, model]));
  const numbers = new Map<string, number>();
  const recipes = new Map<string, number>();
  const begun = new Set<string>();
  const waiting = [...byKey.values()].reverse();
  for (let model = waiting.pop(); model; model = waiting.pop()) {
    if (recipes.has(model.key)) continue;
    const parents = model.parents.flatMap((key) => byKey.get(key) ?? []);
    // A parent that has begun already closes a cycle.
    const open = parents.filter(({ key }) => !begun.has(key));
    begun.add(model.key);
    if (open.length > 0) {
      waiting.push(model, ...open);
      continue;
    }
    const recipe = recipeText(
      model,
      parents.map(({ key }) => recipes.get(key) ?? -1),
    );
    const number = numbers.get(recipe) ?? numbers.size;
    numbers.set(recipe, number);
    recipes.set(model.key, number);
  }
  return recipes;
}

function recipeText(model: Model, parents: readonly number[]): string {
  const known = model.operation !== null && parents.length > 0;
  const id = known ? null : model.id.replace(SEED_IN_ID, "");
  return JSON.stringify([id, model.operation && operationText(model.operation), parents]);
}

function operationText({ name, parameters }: Operation): unknown {
  const given = Object.entries(parameters).filter(([parameter]) => !isSeed(parameter));
  return [name, given.sort(([a], [b]) => (a < b ? -1 : 1))];
}
