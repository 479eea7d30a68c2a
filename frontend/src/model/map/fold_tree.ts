import { group as groupBy } from "d3-array";

import { isLive } from "../labels/standing";
import { buildLineage, type Lineage, type LineageNode } from "../lineage/lineage";
import type { Model } from "../wire.gen";

/**
 * The models of one operation made of one parent, and all that was made of them; those of which
 * nothing was made are a group of their own, so that they fold before what leads on.
 */
export interface FoldGroup {
  /** Key of its first member. */
  readonly id: string;
  readonly parent: LineageNode | null;
  /** Null for models without an operation. */
  readonly operation: string | null;
  readonly members: readonly LineageNode[];
  /** How many models it has, members and descendants. */
  readonly size: number;
  /** Steps from the root. */
  readonly depth: number;
  /** Whether any of its models is being made. */
  readonly running: boolean;
}

/** Fewer models are not worth a fold. */
const LEAST = 3;
/** The groups of a lineage, each model in exactly one. */
export class FoldTree {
  private readonly groups = new Map<LineageNode | null, readonly FoldGroup[]>();
  private readonly groupOf = new Map<string, FoldGroup>();

  readonly lineage: Lineage;
  /** How many models nothing was made of: as many rows the open map takes. */
  readonly ends: number;

  constructor(models: readonly Model[]) {
    const lineage = (this.lineage = buildLineage(models));
    const sizes = new Map<LineageNode, number>();
    const running = new Set<LineageNode>();
    const add = (parent: LineageNode | null, members: readonly LineageNode[]): void => {
      this.groups.set(parent, this.grouped(parent, members, sizes, running));
    };
    for (let i = lineage.preorder.length - 1; i >= 0; i--) {
      const node = lineage.preorder[i]!;
      add(node, node.children);
      sizes.set(
        node,
        node.children.reduce((sum, child) => sum + (sizes.get(child) ?? 0), 1),
      );
      if (isLive(node.model) || node.children.some((child) => running.has(child))) {
        running.add(node);
      }
    }
    add(null, lineage.roots);
    this.ends = lineage.preorder.filter(({ children }) => children.length === 0).length;
  }

  private grouped(
    parent: LineageNode | null,
    members: readonly LineageNode[],
    sizes: ReadonlyMap<LineageNode, number>,
    running: ReadonlySet<LineageNode>,
  ): FoldGroup[] {
    const ends = members.filter(({ children }) => children.length === 0);
    const leading = members.filter(({ children }) => children.length > 0);
    const groups = [leading, ends].flatMap((some) => [
      ...groupBy(some, ({ model }) => model.operation?.name ?? null).values(),
    ]);
    return groups.map((alike) => {
      const group: FoldGroup = {
        id: alike[0]!.key,
        parent,
        operation: alike[0]!.model.operation?.name ?? null,
        members: alike,
        size: alike.reduce((sum, node) => sum + (sizes.get(node) ?? 0), 0),
        depth: parent ? parent.depth + 1 : 0,
        running: alike.some((node) => running.has(node)),
      };
      for (const { key } of alike) this.groupOf.set(key, group);
      return group;
    });
  }

  /** The groups made of `node`; of null, the roots. */
  under(node: LineageNode | null): readonly FoldGroup[] {
    return this.groups.get(node) ?? [];
  }

  below(group: FoldGroup): FoldGroup[] {
    return group.members.flatMap((member) => this.under(member));
  }

  /** Ids of the groups that must be open for a model to be seen, outermost first. */
  around(key: string): string[] {
    const ids: string[] = [];
    for (let group = this.groupOf.get(key); group;) {
      ids.unshift(group.id);
      group = group.parent ? this.groupOf.get(group.parent.key) : undefined;
    }
    return ids;
  }
}

/** Whether folding a group would save anything. */
export function isFoldable(group: FoldGroup): boolean {
  return group.size >= LEAST;
}

/** "prune × 40"; "prune × 40 (+ 120)" where more was made of them. */
export function foldName({ operation, members, size }: FoldGroup): string {
  const more = size - members.length;
  return `${operation ?? "models"} × ${members.length}${more > 0 ? ` (+ ${more})` : ""}`;
}
