import type { LineageNode } from "../lineage/lineage";
import type { Model, ParameterValue } from "../wire.gen";

export type CompareNodes = (a: LineageNode, b: LineageNode) => number;

/**
 * Orders siblings: by column, then by parameters, then as created.
 *
 * Parameters given in words are compared before those given in numbers, so that the amounts of
 * one kind stand next to each other; a seed comes last, so that replicates do.
 */
export function siblingOrder(
  models: readonly Model[],
  column: (node: LineageNode) => number,
): CompareNodes {
  const created = new Map(models.map((model, index) => [model.key, index]));
  const names = parameterPriority(models);
  return (a, b) =>
    column(a) - column(b) ||
    compareParameters(a.model, b.model, names) ||
    (created.get(a.key) ?? 0) - (created.get(b.key) ?? 0);
}

/** Names of all parameters per operation, in the order in which they are compared. */
function parameterPriority(models: readonly Model[]): Map<string, string[]> {
  const ranks = new Map<string, Map<string, number>>();
  for (const { operation } of models) {
    if (!operation) continue;
    let known = ranks.get(operation.name);
    if (!known) ranks.set(operation.name, (known = new Map<string, number>()));
    for (const [name, value] of Object.entries(operation.parameters)) {
      const rank = /seed/i.test(name) ? 2 : typeof value === "number" ? 1 : 0;
      known.set(name, Math.max(rank, known.get(name) ?? 0));
    }
  }
  const sorted = [...ranks].map(([operation, known]): [string, string[]] => [
    operation,
    [...known.keys()].sort((a, b) => known.get(a)! - known.get(b)!),
  ]);
  return new Map(sorted);
}

function compareParameters(a: Model, b: Model, names: Map<string, string[]>): number {
  const mine = a.operation;
  const other = b.operation;
  if (!mine || !other || mine.name !== other.name) return 0;
  for (const name of names.get(mine.name) ?? []) {
    const order = compareValues(mine.parameters[name], other.parameters[name]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Absent first, then numbers by size, then everything else as text. */
export function compareValues(
  a: ParameterValue | undefined,
  b: ParameterValue | undefined,
): number {
  const kind = kindOf(a) - kindOf(b);
  if (kind !== 0) return kind;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function kindOf(value: ParameterValue | undefined): number {
  if (value === undefined || value === null) return 0;
  return typeof value === "number" ? 1 : 2;
}
