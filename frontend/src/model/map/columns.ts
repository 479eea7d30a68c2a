import type { Lineage, LineageNode } from "../lineage/lineage";

export type ColumnMode = "operation" | "step";

/** Models that stand one above the other: those of an operation, or of one step of a loop. */
export interface MapColumn {
  /** Which of the heads it is under. */
  readonly head: number;
  /** Where it stands, in distances between heads. */
  readonly at: number;
  readonly keys: readonly string[];
}

/** What stands above a column, or above all steps of a loop. */
export interface MapHead {
  /** "prune", "prune (2)", "iterative prune ⟲ 8", "step 3"; "start" for roots without operation,
   * "no operation" for others without. */
  readonly name: string;
  /** The operation of all its models; null where they differ or have none. */
  readonly operation: string | null;
  readonly keys: readonly string[];
  /** Which of the heads of its operation it is, from 1. */
  readonly repeat: number;
  /** How many steps its longest chain has; 1 where it is no loop. */
  readonly steps: number;
  /** How many heads of its operation it stands for. */
  readonly merged: number;
  /** The middle of its columns, and how far it is from the first to the last. */
  readonly at: number;
  readonly span: number;
}

export interface ColumnAssignment {
  readonly columns: readonly MapColumn[];
  readonly heads: readonly MapHead[];
  readonly columnOf: ReadonlyMap<string, number>;
}

/** How far the steps of a loop are from one another, in distances between heads. */
const LOOP_STEP = 0.4;

/** Puts every model into a column such that each main-parent edge runs left to right. */
export function assignColumns(lineage: Lineage, mode: ColumnMode): ColumnAssignment {
  return mode === "step" ? columnsByStep(lineage) : columnsByOperation(lineage);
}

/** The columns as they are added from left to right, each head with its steps. */
class Columns implements ColumnAssignment {
  readonly columns: MapColumn[] = [];
  readonly heads: MapHead[] = [];
  readonly columnOf = new Map<string, number>();

  add(
    head: Pick<MapHead, "name" | "operation" | "repeat">,
    steps: readonly (readonly LineageNode[])[],
  ): void {
    const before = this.columns.at(-1);
    const first = before ? before.at + 1 : 0;
    for (const [step, nodes] of steps.entries()) {
      for (const { key } of nodes) this.columnOf.set(key, this.columns.length);
      this.columns.push({
        head: this.heads.length,
        at: first + step * LOOP_STEP,
        keys: nodes.map(({ key }) => key),
      });
    }
    const span = (steps.length - 1) * LOOP_STEP;
    this.heads.push({
      ...head,
      name: steps.length > 1 ? `${head.name} ⟲ ${steps.length}` : head.name,
      keys: steps.flatMap((nodes) => nodes.map(({ key }) => key)),
      steps: steps.length,
      merged: 1,
      at: first + span / 2,
      span,
    });
  }
}

function columnsByStep(lineage: Lineage): ColumnAssignment {
  const members: LineageNode[][] = [];
  for (const node of lineage.preorder) (members[node.depth] ??= []).push(node);
  const columns = new Columns();
  for (const [depth, nodes] of members.entries()) {
    const name = depth === 0 ? "start" : `step ${depth}`;
    columns.add({ name, operation: sharedOperation(nodes), repeat: 1 }, [nodes]);
  }
  return columns;
}

function sharedOperation(nodes: readonly LineageNode[]): string | null {
  const names = new Set(nodes.map(operationOf));
  const [only] = names;
  return names.size === 1 ? (only ?? null) : null;
}

/**
 * One head per operation, with a column for each step where it is applied again and again;
 * further ones where it occurs again down a branch.
 *
 * The columns are a common supersequence of the operations along all branches. The shortest one
 * is NP-hard to find; here the next column is an operation for which no model waits further down
 * behind other operations, so that nothing is split; only where operations wait for one another
 * (prune → quantize here, quantize → prune there) the one for which the fewest wait is taken.
 */
function columnsByOperation(lineage: Lineage): ColumnAssignment {
  const waiting = new Waiting(lineage);
  const columns = new Columns();
  const repeats = new Map<string | null | undefined, number>();
  for (let next = waiting.best(); next !== undefined; next = waiting.best()) {
    const steps = [waiting.place(next)];
    while (next !== null && waiting.waits(next)) steps.push(waiting.place(next));
    const start = next === null && steps[0]!.every(({ parent }) => parent === null);
    const name = next ?? (start ? "start" : "no operation");
    // Roots, and others without an operation, are counted apart from operations of these names.
    const counted = next ?? (start ? null : undefined);
    const repeat = (repeats.get(counted) ?? 0) + 1;
    repeats.set(counted, repeat);
    columns.add(
      { name: repeat > 1 ? `${name} (${repeat})` : name, operation: next, repeat },
      steps,
    );
  }
  return columns;
}

function operationOf(node: LineageNode): string | null {
  return node.model.operation?.name ?? null;
}

/** The models not placed yet, by operation, in order of first appearance of the operation. */
class Waiting {
  /** Models whose parent is placed. */
  private readonly ready = new Map<string | null, LineageNode[]>();
  /** How many models of an operation wait with no other of the same operation above them. */
  private readonly heads = new Map<string | null, number>();
  /** How many models have a given one as their nearest ancestor of the same operation. */
  private readonly followers = new Map<LineageNode, number>();

  constructor(lineage: Lineage) {
    // Roots without operation take the first column, whoever was created first.
    this.ready.set(null, []);
    for (const node of lineage.nodes.values()) {
      const operation = operationOf(node);
      if (!this.ready.has(operation)) this.ready.set(operation, []);
    }
    for (const [node, above] of nearestAlike(lineage)) {
      const operation = operationOf(node);
      if (above) this.followers.set(above, (this.followers.get(above) ?? 0) + 1);
      else this.heads.set(operation, (this.heads.get(operation) ?? 0) + 1);
    }
    for (const root of lineage.roots) this.ready.get(operationOf(root))?.push(root);
  }

  /** The operation of the next column; undefined when all are placed. */
  best(): string | null | undefined {
    let best: string | null | undefined;
    let share = 0;
    for (const [operation, nodes] of this.ready) {
      const mine = nodes.length / (this.heads.get(operation) || 1);
      if (mine > share) [best, share] = [operation, mine];
    }
    return best;
  }

  /** Whether any model of an operation may take the next column. */
  waits(operation: string | null): boolean {
    return (this.ready.get(operation)?.length ?? 0) > 0;
  }

  place(operation: string | null): LineageNode[] {
    const placed = this.ready.get(operation) ?? [];
    this.ready.set(operation, []);
    let heads = (this.heads.get(operation) ?? 0) - placed.length;
    for (const node of placed) {
      heads += this.followers.get(node) ?? 0;
      for (const child of node.children) this.ready.get(operationOf(child))?.push(child);
    }
    this.heads.set(operation, heads);
    return placed;
  }
}

/** Every model with its nearest ancestor of the same operation. */
function nearestAlike({ preorder }: Lineage): [LineageNode, LineageNode | undefined][] {
  // On the way from a root to where the walk is: those of each operation, the nearest last.
  const path: LineageNode[] = [];
  const above = new Map<string | null, LineageNode[]>();
  return preorder.map((node) => {
    while (path.length > node.depth) above.get(operationOf(path.pop()!))!.pop();
    const operation = operationOf(node);
    const alike = above.get(operation) ?? [];
    const nearest = alike.at(-1);
    alike.push(node);
    above.set(operation, alike);
    path.push(node);
    return [node, nearest];
  });
}
