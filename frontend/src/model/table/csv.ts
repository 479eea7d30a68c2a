import { toCsv } from "../format/file_text";
import type { Model } from "../wire.gen";
import type { TableCells } from "./cells";
import type { TableColumn } from "./column";

/** The table as it is shown, with all digits; the run stands beside the model. */
export function tableCsv(
  models: readonly Model[],
  columns: readonly TableColumn[],
  cells: TableCells,
): string {
  const heads = columns.flatMap(({ csvHeads }) => csvHeads(cells.mode));
  return toCsv([heads, ...models.map((model) => columns.flatMap(({ csv }) => csv(model, cells)))]);
}
