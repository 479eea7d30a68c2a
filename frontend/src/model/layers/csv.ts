import { toCsv, type CsvCell } from "../format/file_text";
import type { LayerTree } from "../wire.gen";

/** All numbers of `rows`: a line for each, three identifying columns, then the models'. */
export function layersCsv(
  tree: LayerTree,
  rows: readonly number[],
  nameOf: (key: string) => string,
): string {
  const { names, kinds, shapes } = tree.rows;
  const heads = [
    "name",
    "kind",
    "shape",
    ...tree.models.flatMap(({ key }) => headsOf(nameOf(key))),
  ];
  const lines = rows.map((row): CsvCell[] => [
    names[row] ?? "",
    kinds[row] ?? "",
    shapes[row]?.join("x") ?? "",
    ...tree.models.flatMap((cells): CsvCell[] => [
      cells.own_names[names[row] ?? ""] ?? "",
      cells.match[row] ?? "",
      cells.params[row] ?? null,
      cells.stored_bytes[row] ?? null,
      cells.effective_bytes[row] ?? null,
      cells.value[row] ?? (cells.certainty[row] ? "inf" : null),
      cells.low[row] ?? null,
      cells.high[row] ?? null,
      cells.certainty[row] ?? "",
      ...tree.classes.map((_, at) => cells.shares[row]?.[at] ?? null),
      cells.parts[row]?.words ?? "",
    ]),
  ]);
  return toCsv([heads, ...lines]);

  function headsOf(name: string): string[] {
    const shares = tree.classes.map((each) => `share ${each}`);
    const numbers = [tree.measure, `${tree.measure} low`, `${tree.measure} high`, "certainty"];
    const sizes = ["params", "stored bytes", "effective bytes"];
    const heads = ["own name", "match", ...sizes, ...numbers, ...shares, "not whole"];
    return heads.map((head) => `${name}: ${head}`);
  }
}
