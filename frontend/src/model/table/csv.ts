import type { Change } from "../format/change";
import { toCsv, type CsvCell } from "../format/csv";
import type { TableCells } from "./cells";
import type { TableColumn } from "./columns";
import { parameterValue } from "../format/operation_words";
import type { MetricSpec, Model } from "../wire.gen";

/** The table as it is shown, with all digits; the run stands beside the model. */
export function tableCsv(
  models: readonly Model[],
  columns: readonly TableColumn[],
  shown: TableCells,
): string {
  const head = columns.flatMap((column) => heading(column, shown));
  const rows = models.map((model) => columns.flatMap((column) => cells(model, column, shown)));
  return toCsv([head, ...rows]);
}

function heading(column: TableColumn, { mode }: TableCells): CsvCell[] {
  switch (column.kind) {
    case "model":
      return ["model", "run", "status"];
    case "operation":
      return ["operation"];
    case "parameter":
      return [column.name];
    case "metric":
      if (mode === "value") {
        return [column.spec.unit ? `${column.spec.name} (${column.spec.unit})` : column.spec.name];
      }
      return [`${column.spec.name} ${mode}`, `unit of ${column.spec.name} ${mode}`];
  }
}

function cells(model: Model, column: TableColumn, shown: TableCells): CsvCell[] {
  switch (column.kind) {
    case "model":
      return [model.id, model.run, model.status];
    case "operation":
      return [model.operation?.name ?? null];
    case "parameter": {
      const value = model.operation?.parameters[column.name];
      return [typeof value === "number" ? value : parameterValue(column.name, value ?? undefined)];
    }
    case "metric": {
      if (shown.mode !== "value") return changeCells(shown.change(model, column.spec), column.spec);
      const metric = model.metrics[column.spec.name];
      return [metric?.value ?? (metric?.nonfinite ? Number(metric.nonfinite) : null)];
    }
  }
}

function changeCells(change: Change | null, spec: MetricSpec): CsvCell[] {
  if (!change) return [null, null];
  const unit = { points: "percentage points", relative: "%", absolute: spec.unit }[change.kind];
  return [change.amount, unit];
}
