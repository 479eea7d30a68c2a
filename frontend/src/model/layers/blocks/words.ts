import { toCsv, type CsvCell } from "../../format/file_text";
import { counted } from "../../format/numbers";
import type { LayerMeasure, LayerTree } from "../../wire.gen";
import { numberAt, numberWords } from "../measure";
import type { Multiple, ValueCell } from "./cells";
import type { BlockGrid } from "./grid";
import type { CellAddress } from "./layout";

export function cellOf(multiples: readonly Multiple[], address: CellAddress): ValueCell | null {
  const multiple = multiples[address.multiple];
  if (!multiple) return null;
  if (address.family === null) return multiple.outside[address.outside] ?? null;
  return multiple.families[address.family]?.[address.kind]?.[address.block] ?? null;
}

/** "q · model.layers.17"; "outside all blocks" of a tensor that is in none. */
export function placeWords(grid: BlockGrid, address: CellAddress): string {
  if (address.family === null) return "outside all blocks";
  const { kinds, blocks } = grid.families[address.family]!;
  return `${kinds[address.kind]?.label ?? ""} · ${blocks[address.block]?.name ?? ""}`;
}

/** What a cell is besides its number: "worst of 8 tensors · far outside its kind in other blocks". */
export function cellNotes({ row, of, far }: ValueCell): string[] {
  if (row === null) return ["no such tensor in this block"];
  const notes: string[] = [];
  if (of > 1) notes.push(`worst of ${counted(of, "tensor")}`);
  if (far) notes.push("far outside its kind in other blocks");
  return notes;
}

/** A cell as a screen reader says it. */
export function cellSpoken(
  tree: LayerTree,
  measure: LayerMeasure,
  grid: BlockGrid,
  multiples: readonly Multiple[],
  address: CellAddress,
  nameOf: (key: string) => string,
): string {
  const cell = cellOf(multiples, address);
  const cells = tree.models[multiples[address.multiple]?.model ?? 0];
  if (!cell || !cells) return "";
  const number =
    cell.row === null ? "" : numberWords(numberAt(cells, cell.row), measure).replace("\n", ", ");
  const name = cell.row === null ? "" : (tree.rows.names[cell.row] ?? "");
  return [nameOf(cells.key), placeWords(grid, address), name, number, ...cellNotes(cell)]
    .filter(Boolean)
    .join(", ");
}

/** All tensors of the grid: a line for each, with its block and kind, then the models' numbers. */
export function gridCsv(tree: LayerTree, grid: BlockGrid, nameOf: (key: string) => string): string {
  const models = tree.models.filter(({ logged }) => logged);
  const lineOf = (row: number, block: string, kind: string): CsvCell[] => [
    block,
    kind,
    tree.rows.names[row] ?? "",
    ...models.flatMap((cells): CsvCell[] => [
      cells.value[row] ?? (cells.certainty[row] ? "inf" : null),
      cells.certainty[row] ?? "",
    ]),
  ];
  const heads = ["block", "kind", "tensor"].concat(
    models.flatMap(({ key }) => [`${nameOf(key)}: ${tree.measure}`, `${nameOf(key)}: certainty`]),
  );
  const inside = grid.families.flatMap(({ kinds, blocks, cells }) =>
    blocks.flatMap(({ name }, block) =>
      kinds.flatMap(({ label }, kind) =>
        (cells[kind]?.[block] ?? []).map((row) => lineOf(row, name, label)),
      ),
    ),
  );
  return toCsv([heads, ...inside, ...grid.outside.map((row) => lineOf(row, "", ""))]);
}
