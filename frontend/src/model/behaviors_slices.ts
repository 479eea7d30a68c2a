import type { CsvCell } from "./csv";
import type { SliceTable } from "./wire.gen";

/** A table of slices as a file: a row per slice, the columns of each model side by side. */
export function sliceCsv(table: SliceTable, nameOf: (key: string) => string): CsvCell[][] {
  const columns = [
    "n",
    "value",
    "low",
    "high",
    "change",
    "p",
    "q",
    "negative",
    "positive",
  ] as const;
  const head = table.models.flatMap(({ key }) => columns.map((name) => `${nameOf(key)} ${name}`));
  return [
    [...table.by, "n", ...head],
    ...table.texts.map((texts, row) => [
      ...texts,
      table.instances[row] ?? null,
      ...table.models.flatMap((cells) => columns.map((name) => cells[name][row] ?? null)),
    ]),
  ];
}
