import type { CsvCell } from "../format/file_text";
import type { MetricSpec, Model } from "../wire.gen";
import type { TableCells, TableMode } from "./cells";

/** By what a cell is sorted; null, which comes last, where it has nothing. */
export type SortValue = number | string | null;

/** A column of the table; each kind has one function below that makes it. */
export interface TableColumn {
  readonly kind: "model" | "operation" | "parameter" | "metric" | "standing" | "lineage";
  /** What a link calls it. */
  readonly id: string;
  /** What a person calls it. */
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  /** Whether all its values are numbers. */
  readonly numeric: boolean;
  /** How to read the metric; null in columns of other kinds. */
  readonly spec: MetricSpec | null;
  /** What a cell says. */
  readonly text: (model: Model, cells: TableCells) => string;
  /** What it says under the pointer; "" for nothing. */
  readonly tip: (model: Model, cells: TableCells) => string;
  readonly sortValue: (model: Model, cells: TableCells | null) => SortValue;
  /** One head for each of its fields in a file. */
  readonly csvHeads: (mode: TableMode) => CsvCell[];
  readonly csv: (model: Model, cells: TableCells) => CsvCell[];
}
