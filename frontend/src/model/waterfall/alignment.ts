import { operationText } from "../format/operation_words";
import type { Lineage, LineageNode } from "../lineage/lineage";

/** A step of one of two recipes, or of both. */
export interface AlignedStep {
  /**
   * "added": of the second alone; "removed": of the first alone; "changed": the same operation with
   * other parameters; "shared": the same; "start": the two begin with different models.
   */
  readonly kind: "added" | "removed" | "changed" | "shared" | "start";
  /** What was done. */
  readonly phrase: string;
  /** The model that it made in the first recipe, and in the second; null where it has no such step. */
  readonly from: LineageNode | null;
  readonly to: LineageNode | null;
}

/** Two recipes from where they part. */
export interface AlignedRecipes {
  /** The last model that both come from; null where their roots differ. */
  readonly ancestor: LineageNode | null;
  readonly steps: readonly AlignedStep[];
}

/** The steps from the model `from` to the model `to`, along main parents; null of an unknown model. */
export function alignedRecipes(lineage: Lineage, from: string, to: string): AlignedRecipes | null {
  const [first, second] = [from, to].map((key) => pathTo(lineage, key));
  if (!first?.length || !second?.length) return null;
  let shared = 0;
  while (first[shared] && first[shared] === second[shared]) shared++;
  const ancestor = first[shared - 1] ?? null;
  const [mine, theirs] = [first.slice(shared), second.slice(shared)];
  if (ancestor) return { ancestor, steps: aligned(mine, theirs) };
  const [root, other] = [mine[0]!, theirs[0]!];
  const phrase = `${root.model.id} → ${other.model.id}`;
  const start: AlignedStep = { kind: "start", phrase, from: root, to: other };
  return { ancestor, steps: [start, ...aligned(mine.slice(1), theirs.slice(1))] };
}

function pathTo(lineage: Lineage, key: string): LineageNode[] {
  const path: LineageNode[] = [];
  for (let node = lineage.nodes.get(key) ?? null; node; node = node.parent) path.push(node);
  return path.reverse();
}

/** An identical step is worth more than one of the same operation, and any more than none. */
const WORTH = { shared: 3, changed: 2 };

function aligned(first: readonly LineageNode[], second: readonly LineageNode[]): AlignedStep[] {
  const worth = (i: number, j: number): number => {
    const kind = likeness(first[i]!, second[j]!);
    return kind === null ? -Infinity : WORTH[kind];
  };
  // best[i][j]: what the steps from i and from j on are worth together.
  const best = Array.from({ length: first.length + 1 }, () =>
    new Array<number>(second.length + 1).fill(0),
  );
  for (let i = first.length - 1; i >= 0; i--) {
    for (let j = second.length - 1; j >= 0; j--) {
      best[i]![j] = Math.max(
        best[i + 1]![j]!,
        best[i]![j + 1]!,
        best[i + 1]![j + 1]! + worth(i, j),
      );
    }
  }
  const steps: AlignedStep[] = [];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const [from, to] = [first[i] ?? null, second[j] ?? null];
    if (from && to && best[i]![j] === best[i + 1]![j + 1]! + worth(i, j)) {
      const kind = likeness(from, to)!;
      const phrases = [from, to].map(phraseOf);
      steps.push({ kind, phrase: kind === "shared" ? phrases[1]! : phrases.join(" → "), from, to });
      [i, j] = [i + 1, j + 1];
    } else if (from && (!to || best[i]![j] === best[i + 1]![j])) {
      steps.push({ kind: "removed", phrase: phraseOf(from), from, to: null });
      i++;
    } else if (to) {
      steps.push({ kind: "added", phrase: phraseOf(to), from: null, to });
      j++;
    }
  }
  return steps;
}

/** What a node's step did, and with which further parents. */
function phraseOf({ model, furtherParents }: LineageNode): string {
  const text = operationText(model.operation) || model.id;
  const others = furtherParents.map((parent) => parent.model.id);
  return others.length ? `${text} with ${others.join(", ")}` : text;
}

/** How alike two steps are; null of different ones, and of those that nobody named. */
function likeness(a: LineageNode, b: LineageNode): "shared" | "changed" | null {
  const [one, other] = [a.model.operation, b.model.operation];
  if (!one || !other || one.name !== other.name) return null;
  return phraseOf(a) === phraseOf(b) ? "shared" : "changed";
}
