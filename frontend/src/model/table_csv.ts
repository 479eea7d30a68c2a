import { toCsv, type CsvCell } from "./csv";
import type { TableColumn } from "./table_columns";
import { parameterValue } from "./parameter_format";
import type { Model } from "./wire.gen";

/** The table as it is shown, with all digits; the run stands beside the model. */
export function tableCsv(models: readonly Model[], columns: readonly TableColumn[]): string {
  const head = columns.flatMap((column) => heading(column));
  return toCsv([head, ...models.map((model) => columns.flatMap((column) => cells(model, column)))]);
}

function heading(column: TableColumn): CsvCell[] {
  switch (column.kind) {
    case "model":
      return ["model", "run", "status"];
    case "operation":
      return ["operation"];
    case "parameter":
      return [column.name];
    case "metric":
      return [column.spec.unit ? `${column.spec.name} (${column.spec.unit})` : column.spec.name];
  }
}

function cells(model: Model, column: TableColumn): CsvCell[] {
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
      const metric = model.metrics[column.spec.name];
      return [metric?.value ?? (metric?.nonfinite ? Number(metric.nonfinite) : null)];
    }
  }
}
