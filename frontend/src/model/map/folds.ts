import type { Lineage } from "../lineage/lineage";
import type { Model } from "../wire.gen";
import { foldName, isFoldable, type FoldGroup, type FoldTree } from "./fold_tree";

/** Which folds a person opened or folded, by id; all others are as `rest` says. */
export interface FoldChoice {
  /** "auto": as many are open as are readable. */
  readonly rest: "auto" | "open" | "folded";
  readonly open: readonly string[];
  readonly folded: readonly string[];
}

export const AUTO_FOLDS: FoldChoice = { rest: "auto", open: [], folded: [] };

/** A folded group, drawn as one node. */
export interface Fold {
  readonly group: FoldGroup;
  /** Members first, then their descendants. */
  readonly models: readonly Model[];
}

export interface FoldedMap {
  /** The models to lay out: those in no fold, and one that stands for each fold. */
  readonly models: readonly Model[];
  /** Folds by the key of the model that stands for them. */
  readonly folds: ReadonlyMap<string, Fold>;
  /** For each model in a fold, the key of what stands for it. */
  readonly standIn: ReadonlyMap<string, string>;
  /** Open groups that may be folded. */
  readonly open: readonly FoldGroup[];
}

/** A map of as many rows does not fold of itself: shapes and colours are seen at once. */
export const WHOLE_ROWS = 40;
/** A larger one folds to as many, all with legible labels. */
export const READABLE_ROWS = 30;

/** Rows that an open group takes while everything below it is folded. */
function rowsOf(tree: FoldTree, group: FoldGroup): number {
  return group.members.reduce((sum, node) => sum + Math.max(1, tree.under(node).length), 0);
}

/**
 * The groups that are open of themselves: from the roots on, those with running models first, then
 * the nearest, then the smallest, while there is room for their rows.
 */
function readable(tree: FoldTree, from: readonly FoldGroup[], room: number): Set<FoldGroup> {
  const open = new Set<FoldGroup>();
  let used = from.length;
  let level: FoldGroup[] = [...from];
  while (level.length > 0) {
    const cost = new Map(level.map((group) => [group, rowsOf(tree, group) - 1]));
    level.sort(
      (a, b) => Number(b.running) - Number(a.running) || (cost.get(a) ?? 0) - (cost.get(b) ?? 0),
    );
    const opened = level.filter((group) => {
      const more = cost.get(group) ?? 0;
      if (used + more > room && isFoldable(group)) return false;
      used += more;
      return true;
    });
    for (const group of opened) open.add(group);
    level = opened.flatMap((group) => tree.below(group));
  }
  return open;
}

/** Folds what is not open. */
export function foldMap(models: readonly Model[], tree: FoldTree, choice: FoldChoice): FoldedMap {
  const chosen = { open: new Set(choice.open), folded: new Set(choice.folded) };
  const room = tree.ends <= WHOLE_ROWS ? Infinity : READABLE_ROWS;
  const auto = choice.rest === "auto" ? readable(tree, tree.under(null), room) : new Set();
  const open: FoldGroup[] = [];
  const folds = new Map<string, Fold>();
  const standIn = new Map<string, string>();
  const stack = [...tree.under(null)];
  for (let group = stack.pop(); group; group = stack.pop()) {
    if (isOpen(group)) {
      if (isFoldable(group)) open.push(group);
      stack.push(...tree.below(group));
      continue;
    }
    const fold = { group, models: modelsOf(group) };
    const key = foldKey(group.id);
    folds.set(key, fold);
    for (const model of fold.models) standIn.set(model.key, key);
  }
  return { models: shown(models, tree.lineage, folds, standIn), folds, standIn, open };

  function isOpen(group: FoldGroup): boolean {
    if (!isFoldable(group)) return true;
    if (chosen.folded.has(group.id)) return false;
    if (!chosen.open.has(group.id)) return choice.rest === "open" || auto.has(group);
    // What a person opens shows as much of what is in it as is readable.
    for (const inner of readable(tree, tree.below(group), room)) auto.add(inner);
    return true;
  }
}

/** No model has such a key: theirs are URL-safe. */
function foldKey(id: string): string {
  return `+${id}`;
}

function modelsOf(group: FoldGroup): Model[] {
  const nodes = [...group.members];
  for (const node of nodes) nodes.push(...node.children);
  return nodes.map(({ model }) => model);
}

/** What is laid out, in order of creation; parents in folds are replaced by what stands for them. */
function shown(
  models: readonly Model[],
  lineage: Lineage,
  folds: ReadonlyMap<string, Fold>,
  standIn: ReadonlyMap<string, string>,
): readonly Model[] {
  if (folds.size === 0) return models;
  const list: Model[] = [];
  for (const model of models) {
    const key = standIn.get(model.key);
    const fold = folds.get(key ?? "");
    if (!fold) list.push(withParents(model, lineage, standIn));
    else if (fold.group.id === model.key) list.push(standingFor(fold, key!, lineage, standIn));
  }
  return list;
}

function withParents(model: Model, lineage: Lineage, standIn: ReadonlyMap<string, string>): Model {
  if (!model.parents.some((parent) => standIn.has(parent))) return model;
  return { ...model, parents: seenParents([model], lineage, standIn) };
}

function standingFor(
  fold: Fold,
  key: string,
  lineage: Lineage,
  standIn: ReadonlyMap<string, string>,
): Model {
  const { group, models } = fold;
  const parents = seenParents(models, lineage, standIn);
  return {
    key,
    id: foldName(group),
    run: null,
    parents: parents.filter((parent) => parent !== key),
    operation: group.operation === null ? null : { name: group.operation, parameters: {} },
    status: group.running ? "running" : "finished",
    created: null,
    updated: null,
    metrics: {},
    logged: { predictions: [], weights: false, activations: false },
  };
}

/** The main parent of the first, then what stands for all other parents, each once. */
function seenParents(
  models: readonly Model[],
  lineage: Lineage,
  standIn: ReadonlyMap<string, string>,
): string[] {
  const main = lineage.nodes.get(models[0]?.key ?? "")?.parent?.key;
  const seen = new Set(main === undefined ? [] : [main]);
  for (const { parents } of models) {
    for (const parent of parents) seen.add(standIn.get(parent) ?? parent);
  }
  return [...seen];
}

/** `choice` with a group opened or folded. */
export function withFold(choice: FoldChoice, id: string, open: boolean): FoldChoice {
  const without = (ids: readonly string[]) => ids.filter((other) => other !== id);
  return open
    ? { ...choice, open: [...without(choice.open), id], folded: without(choice.folded) }
    : { ...choice, open: without(choice.open), folded: [...without(choice.folded), id] };
}

/** `choice` with all groups opened that hide the model at `key`. */
export function revealed(
  choice: FoldChoice,
  tree: FoldTree,
  { folds, standIn }: FoldedMap,
  key: string,
): FoldChoice {
  const fold = folds.get(standIn.get(key) ?? "");
  if (!fold) return choice;
  const ids = tree.around(key);
  return ids
    .slice(ids.indexOf(fold.group.id))
    .reduce((next, id) => withFold(next, id, true), choice);
}

/** Keys of the models at `keys`: in place of a fold, all that is in it, or its members alone. */
export function modelsAt(
  { folds }: FoldedMap,
  keys: readonly string[],
  which: "all" | "members" = "all",
): string[] {
  return keys.flatMap((key) => {
    const fold = folds.get(key);
    if (!fold) return key;
    return (which === "all" ? fold.models : fold.group.members).map((model) => model.key);
  });
}
