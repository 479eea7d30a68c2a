import type { Model } from "../wire.gen";

/** One model in the graph of who came from whom. */
export interface LineageNode {
  readonly key: string;
  readonly model: Model;
  /** The main parent: the first that is known and does not close a cycle. */
  readonly parent: LineageNode | null;
  /** All other known parents, in order. */
  readonly furtherParents: readonly LineageNode[];
  /** Models of which this is the main parent, in order of creation. */
  readonly children: readonly LineageNode[];
  /** Models of which this is a further parent. */
  readonly furtherChildren: readonly LineageNode[];
  /** Main-parent steps from the root. */
  readonly depth: number;
}

export interface Lineage {
  readonly nodes: ReadonlyMap<string, LineageNode>;
  readonly roots: readonly LineageNode[];
  /** Every node once, each parent before its children. */
  readonly preorder: readonly LineageNode[];
}

type Mutable = { -readonly [K in keyof LineageNode]: LineageNode[K] } & {
  parent: Mutable | null;
  furtherParents: Mutable[];
  children: Mutable[];
  furtherChildren: Mutable[];
};

/** The graph of `models`: unknown parents are left out, repeated keys count once, cycles are cut. */
export function buildLineage(models: readonly Model[]): Lineage {
  const nodes = new Map<string, Mutable>();
  for (const model of models) {
    if (nodes.has(model.key)) continue;
    nodes.set(model.key, {
      key: model.key,
      model,
      parent: null,
      furtherParents: [],
      children: [],
      furtherChildren: [],
      depth: 0,
    });
  }
  const trees = new Trees();
  for (const node of nodes.values()) connect(node, nodes, trees);
  const roots = [...nodes.values()].filter((node) => node.parent === null);
  return { nodes, roots, preorder: inPreorder(roots) };
}

function connect(node: Mutable, nodes: ReadonlyMap<string, Mutable>, trees: Trees): void {
  for (const key of new Set(node.model.parents)) {
    const parent = nodes.get(key);
    if (!parent || parent === node) continue;
    // A node without main parent is the root of its tree: what is in that tree came from it.
    if (node.parent === null && trees.rootOf(parent) !== node) {
      node.parent = parent;
      parent.children.push(node);
      trees.hang(node, parent);
    } else {
      node.furtherParents.push(parent);
      parent.furtherChildren.push(node);
    }
  }
}

/** Which tree of main parents each node is in, while they grow together. */
class Trees {
  private readonly above = new Map<Mutable, Mutable>();

  rootOf(node: Mutable): Mutable {
    let root = node;
    for (let up = this.above.get(root); up; up = this.above.get(root)) root = up;
    // Short cuts, so that a chain of thousands is walked once.
    for (let at = node; at !== root;) {
      const up = this.above.get(at)!;
      this.above.set(at, root);
      at = up;
    }
    return root;
  }

  hang(root: Mutable, under: Mutable): void {
    this.above.set(root, this.rootOf(under));
  }
}

function inPreorder(roots: readonly Mutable[]): Mutable[] {
  const order: Mutable[] = [];
  const stack = [...roots].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    node.depth = node.parent ? node.parent.depth + 1 : 0;
    order.push(node);
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
  return order;
}

/** Keys of the parents of `key`, main parent first. */
export function parentsOf(lineage: Lineage, key: string): string[] {
  const node = lineage.nodes.get(key);
  return node ? upwards(node).map((parent) => parent.key) : [];
}

/** Keys of the children of `key`, those with another main parent last. */
export function childrenOf(lineage: Lineage, key: string): string[] {
  const node = lineage.nodes.get(key);
  return node ? downwards(node).map((child) => child.key) : [];
}

/** Keys of everything `key` came from, by any parent, nearest first. */
export function ancestorsOf(lineage: Lineage, key: string): string[] {
  return reachable(lineage, key, upwards);
}

/** Keys of everything that came from `key`, by any parent, nearest first. */
export function descendantsOf(lineage: Lineage, key: string): string[] {
  return reachable(lineage, key, downwards);
}

function upwards(node: LineageNode): LineageNode[] {
  return node.parent ? [node.parent, ...node.furtherParents] : [...node.furtherParents];
}

function downwards(node: LineageNode): LineageNode[] {
  return [...node.children, ...node.furtherChildren];
}

function reachable(
  lineage: Lineage,
  key: string,
  next: (node: LineageNode) => LineageNode[],
): string[] {
  const start = lineage.nodes.get(key);
  if (!start) return [];
  const seen = new Set([start]);
  for (const node of seen) for (const other of next(node)) seen.add(other);
  seen.delete(start);
  return [...seen].map((node) => node.key);
}

/** The roots from which the model `key` came, by any of its parents. */
export function rootsOf(lineage: Lineage, key: string): LineageNode[] {
  const start = lineage.nodes.get(key);
  const seen = new Set<LineageNode>(start ? [start] : []);
  const roots: LineageNode[] = [];
  // A set that grows while it is walked: every ancestor comes once, so that cycles end.
  for (const node of seen) {
    const parents = [...(node.parent ? [node.parent] : []), ...node.furtherParents];
    if (parents.length === 0) roots.push(node);
    for (const parent of parents) seen.add(parent);
  }
  return roots;
}

/** The oldest of `nodes` that was logged; null where none was. */
export function oldestLogged(nodes: readonly LineageNode[]): Model | null {
  const logged = nodes.map(({ model }) => model).filter(({ status }) => status !== "missing");
  const age = ({ created }: Model): number => created ?? Infinity;
  return logged.reduce<Model | null>(
    (oldest, model) => (oldest && age(oldest) <= age(model) ? oldest : model),
    null,
  );
}
