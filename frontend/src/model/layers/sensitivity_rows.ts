import type { Sensitivity } from "../wire.gen";
import { indexAfter, partsOf } from "./blocks/indexed_names";

/** In which order layers stand; `candidate` null: by what all candidates do together. */
export type RowSort =
  { readonly by: "kind" } | { readonly by: "damage"; readonly candidate: string | null };

/** What cells show; null where there is no number. Rows by layer. */
export type ShownCells = readonly (readonly (number | null)[])[];

/** Damages, or damages for each kilobyte that is saved. */
export function shownCells(found: Sensitivity, perByte: boolean): ShownCells {
  if (!perByte) return found.cells.damage;
  return found.cells.damage.map((row, layer) =>
    row.map((damage, candidate) => {
      const saved =
        found.layers[layer]!.dense_bytes - (found.cells.bytes[layer]![candidate] ?? NaN);
      return damage !== null && saved > 0 ? (1000 * damage) / saved : null;
    }),
  );
}

/** Layers as they stand: the most harmed first, those of one kind together, or as in the network. */
export function rowOrder(found: Sensitivity, shown: ShownCells, sort: RowSort | null): number[] {
  const rows = found.layers.map((_, at) => at);
  if (sort === null) return rows;
  if (sort.by === "kind") {
    const kinds = [...new Set(rows.map((row) => kindOf(found, row)))];
    const place = new Map(kinds.map((kind, at) => [kind, at]));
    return rows.sort(
      (one, other) => place.get(kindOf(found, one))! - place.get(kindOf(found, other))!,
    );
  }
  const harm = harmOf(found, shown, sort.candidate);
  // Without a number last, and equal ones as in the network.
  return rows.sort((one, other) =>
    harm[other]! > harm[one]! ? 1 : harm[other]! < harm[one]! ? -1 : 0,
  );
}

/** The name without the numbers of blocks: equal for layers that do the same in each of them. */
export function kindOf(found: Sensitivity, row: number): string {
  const parts = partsOf(found.layers[row]!.name);
  if (indexAfter(parts, 0) < 0) return found.layers[row]!.name;
  return parts.map(({ stem, index }) => (index === null ? stem : `${stem}*`)).join(".");
}

/** By one candidate; else the mean of the logarithms of all, in which none outweighs the others. */
function harmOf(found: Sensitivity, shown: ShownCells, candidate: string | null): number[] {
  const broken = new Set(
    found.reasons.filter((each) => each.broken).map((each) => `${each.layer} ${each.candidate}`),
  );
  const value = (row: number, column: number): number | null =>
    broken.has(`${row} ${column}`) ? Infinity : (shown[row]![column] ?? null);
  const column = found.candidates.findIndex(({ name }) => name === candidate);
  return found.layers.map((_, row) => {
    if (column >= 0) return value(row, column) ?? -Infinity;
    const logs = found.candidates
      .map((_, at) => value(row, at))
      .filter((each) => each !== null && each > 0)
      .map((each) => Math.log(each!));
    return logs.length ? logs.reduce((sum, each) => sum + each, 0) / logs.length : -Infinity;
  });
}
