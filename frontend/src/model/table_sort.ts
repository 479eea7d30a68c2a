import { parameterValue } from "./parameter_format";
import type { TableColumn } from "./table_columns";
import type { Model, ParameterValue } from "./wire.gen";

export interface TableSort {
  /** A column's id. */
  column: string;
  descending: boolean;
}

/** `models` in the order of `sort`, or as they are; missing values are last in both directions. */
export function sortedModels(
  models: readonly Model[],
  columns: readonly TableColumn[],
  sort: TableSort | null,
): readonly Model[] {
  const column = columns.find(({ id }) => id === sort?.column);
  if (!sort || !column) return models;
  const direction = sort.descending ? -1 : 1;
  return models
    .map((model) => ({ model, value: sortValue(model, column) }))
    .sort((a, b) => comparePresent(a.value, b.value) ?? direction * compare(a.value, b.value))
    .map(({ model }) => model);
}

/** The next state of a column whose head is clicked: best first, then the reverse, then none. */
export function nextSort(column: TableColumn, sort: TableSort | null): TableSort | null {
  const first = column.kind === "metric" && column.spec.goal === "max";
  if (sort?.column !== column.id) return { column: column.id, descending: first };
  return sort.descending === first ? { column: column.id, descending: !first } : null;
}

type SortValue = number | string | null;

function sortValue(model: Model, column: TableColumn): SortValue {
  switch (column.kind) {
    case "model":
      return model.id;
    case "operation":
      return model.operation?.name ?? null;
    case "parameter":
      return parameterSortValue(column.name, model.operation?.parameters[column.name]);
    case "metric":
      return metricSortValue(model, column.spec.name);
  }
}

function parameterSortValue(name: string, value: ParameterValue | undefined): SortValue {
  if (value === undefined || value === null) return null;
  return typeof value === "number" ? value : parameterValue(name, value);
}

function metricSortValue(model: Model, name: string): SortValue {
  const metric = model.metrics[name];
  if (metric?.nonfinite === "Infinity") return Infinity;
  if (metric?.nonfinite === "-Infinity") return -Infinity;
  return metric?.value ?? null;
}

function comparePresent(a: SortValue, b: SortValue): number | null {
  if (a !== null && b !== null) return null;
  return Number(a === null) - Number(b === null);
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Numbers before words; words in natural order, so that prune-9 comes before prune-10. */
function compare(a: SortValue, b: SortValue): number {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "string" && typeof b === "string") return collator.compare(a, b);
  return typeof a === "number" ? -1 : 1;
}
