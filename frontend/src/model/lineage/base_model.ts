import type { Lineage, LineageNode } from "./lineage";
import type { Model } from "../wire.gen";

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
