import type { Lineage, LineageNode } from "../lineage/lineage";

export type ColumnMode = "operation" | "step";

/** One column of the map. */
export interface MapColumn {
  /** What stands above it: "prune", "prune (2)", "step 3"; "start" for roots without operation,
   * "no operation" for others without. */
  readonly name: string;
  /** The operation of all its models; null where they differ or have none. */
  readonly operation: string | null;
  readonly keys: readonly string[];
  /** Which of the columns of its operation it is, from 1. */
  readonly repeat: number;
}

export interface ColumnAssignment {
  readonly columns: readonly MapColumn[];
  readonly columnOf: ReadonlyMap<string, number>;
}

/** Puts every model into a column such that each main-parent edge runs left to right. */
export function assignColumns(lineage: Lineage, mode: ColumnMode): ColumnAssignment {
  return mode === "step" ? columnsByStep(lineage) : columnsByOperation(lineage);
}

function columnsByStep(lineage: Lineage): ColumnAssignment {
  const members: LineageNode[][] = [];
  const columnOf = new Map<string, number>();
  for (const node of lineage.preorder) {
    (members[node.depth] ??= []).push(node);
    columnOf.set(node.key, node.depth);
  }
  const columns = members.map((nodes, depth) => ({
    name: depth === 0 ? "start" : `step ${depth}`,
    operation: sharedOperation(nodes),
    keys: nodes.map((node) => node.key),
    repeat: 1,
  }));
  return { columns, columnOf };
}

function sharedOperation(nodes: readonly LineageNode[]): string | null {
  const names = new Set(nodes.map(operationOf));
  const [only] = names;
  return names.size === 1 ? (only ?? null) : null;
}

/**
 * One column per operation, further ones where it occurs again down a branch.
 *
 * The columns are a common supersequence of the operations along all branches. The shortest one
 * is NP-hard to find; here the next column is an operation for which no model waits further down
 * behind other operations, so that nothing is split; only where operations wait for one another
 * (prune → quantize here, quantize → prune there) the one for which the fewest wait is taken.
 */
function columnsByOperation(lineage: Lineage): ColumnAssignment {
  const waiting = new Waiting(lineage);
  const columnOf = new Map<string, number>();
  const columns: MapColumn[] = [];
  const repeats = new Map<string | null | undefined, number>();
  for (let next = waiting.best(); next !== undefined; next = waiting.best()) {
    const placed = waiting.place(next);
    for (const node of placed) columnOf.set(node.key, columns.length);
    const start = next === null && placed.every(({ parent }) => parent === null);
    const name = next ?? (start ? "start" : "no operation");
    // Roots, and others without an operation, are counted apart from operations of these names.
    const counted = next ?? (start ? null : undefined);
    const repeat = (repeats.get(counted) ?? 0) + 1;
    repeats.set(counted, repeat);
    columns.push({
      name: repeat > 1 ? `${name} (${repeat})` : name,
      operation: next,
      keys: placed.map((node) => node.key),
      repeat,
    });
  }
  return { columns, columnOf };
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
      const above = nearestAlike(node);
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

function nearestAlike(node: LineageNode): LineageNode | null {
  const operation = operationOf(node);
  for (let at = node.parent; at; at = at.parent) if (operationOf(at) === operation) return at;
  return null;
}
