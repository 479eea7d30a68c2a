import { factorTable, type FactorTable } from "./factors";
import { allAlike } from "./likeness";
import type { Lineage } from "../lineage/lineage";
import { compareValues } from "../map/sibling_order";
import type { MetricSpec, Model, OperationSummary, Variable } from "../wire.gen";

/** A curve needs so many values of the parameter. */
const FEWEST = 3;

/**
 * A metric along the one numeric parameter in which a model and its siblings by the same operation
 * differ, further parents alike and seeds apart (as `operations` name them); null where there is none, or fewer than three values of it.
 */
export function siblingSweep(
  lineage: Lineage,
  key: string,
  spec: MetricSpec,
  operations: readonly OperationSummary[],
): FactorTable | null {
  const node = lineage.nodes.get(key);
  const operation = node?.model.operation;
  if (!node?.parent || !operation) return null;
  const seeds = new Set(operations.find(({ name }) => name === operation.name)?.seeds);
  const siblings = node.parent.children
    .map(({ model }) => model)
    .filter((model) => model.operation?.name === operation.name)
    .filter((model) => model.status !== "failed" && model.metrics[spec.name]?.value != null);
  const sweeps = Object.keys(operation.parameters)
    .filter((name) => typeof operation.parameters[name] === "number" && !seeds.has(name))
    .map((name) => ({
      name,
      models: siblings.filter((one) => differsOnlyIn(one, node.model, name, seeds)),
    }))
    .map(({ name, models }) => ({ variable: variableOf(name, models), models }));
  const best = sweeps.sort((a, b) => b.variable.levels.length - a.variable.levels.length)[0];
  if (!best || best.variable.levels.length < FEWEST) return null;
  const { variable, models } = best;
  const byKey = new Map(models.map((model) => [model.key, model]));
  const kept = [...models.keys()];
  const shown = { spec, against: null };
  const compared = { models: [...byKey.keys()], alike: allAlike(models.length) };
  return factorTable(compared, variable, null, kept, byKey, shown);
}

function differsOnlyIn(
  one: Model,
  other: Model,
  parameter: string,
  seeds: ReadonlySet<string>,
): boolean {
  const [mine, its] = [one, other].map((model) => model.operation?.parameters ?? {});
  const names = new Set([...Object.keys(mine!), ...Object.keys(its!)]);
  if (typeof mine![parameter] !== "number") return false;
  if (JSON.stringify(one.parents.slice(1)) !== JSON.stringify(other.parents.slice(1))) return false;
  return [...names].every(
    (name) =>
      name === parameter ||
      seeds.has(name) ||
      JSON.stringify(mine![name]) === JSON.stringify(its![name]),
  );
}

function variableOf(name: string, models: readonly Model[]): Variable {
  const valueOf = (model: Model) => model.operation?.parameters[name] ?? null;
  const values = [...new Set(models.map(valueOf))].sort(compareValues);
  const of = models.map((model) => values.indexOf(valueOf(model)));
  return {
    id: name,
    name,
    kind: "parameter",
    parameter: name,
    numeric: true,
    levels: values.map((value, level) => ({
      value,
      text: String(value),
      models: of.filter((one) => one === level).length,
    })),
    of,
    explains: 1,
    joined: [],
  };
}
