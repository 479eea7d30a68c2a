import { changeBetween, type Change } from "../src/model/format/change";
import { plainSpec } from "../src/model/metrics/measure";
import { buildLineage } from "../src/model/lineage/lineage";
import { TableCells, type TableMode } from "../src/model/table/cells";
import type { Metric, MetricSpec, Model, Models, ParameterValue } from "../src/model/wire.gen";

/** A finished model with the given id as its key. */
export function model(id: string, given: Partial<Model> = {}): Model {
  return {
    key: id,
    id,
    run: id,
    parents: [],
    operation: null,
    status: "finished",
    created: 0,
    updated: 0,
    metrics: {},
    logged: { predictions: [], weights: false, activations: false },
    ...given,
  };
}

/** A model that `operation` made of `parent`. */
export function child(
  id: string,
  parent: string,
  name: string,
  parameters: Record<string, ParameterValue> = {},
): Model {
  return model(id, { parents: [parent], operation: { name, parameters } });
}

export function metric(value: number | null, given: Partial<Metric> = {}): Metric {
  return { value, repeats: [value], step: null, ...given };
}

export function spec(name: string, given: Partial<MetricSpec> = {}): MetricSpec {
  return plainSpec("", { name, ...given });
}

/** How the metric of one model differs from that of another. */
export function changeOf(
  one: Metric | undefined,
  other: Metric | undefined,
  of: MetricSpec,
): Change | null {
  const [a, b] = [one, other].map((metric, at) =>
    model(`m${at}`, { metrics: metric ? { [of.name]: metric } : {} }),
  );
  return changeBetween(a!, b, of);
}

/** The table's cells for these models. */
export function cellsOf(
  { models, metrics }: Pick<Models, "models" | "metrics">,
  mode: TableMode,
  base: Model | null = null,
): TableCells {
  return new TableCells(mode, models, metrics, buildLineage(models), base);
}

/** The table's cells that show values. */
export function valuesOf(answer: Pick<Models, "models" | "metrics">): TableCells {
  return cellsOf(answer, "value");
}
