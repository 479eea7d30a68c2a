import { toCsv, type CsvCell } from "../format/file_text";
import type { Sensitivity } from "../wire.gen";

/** All cells, a line for each, with all digits. */
export function cellsCsv(found: Sensitivity): string {
  const why = new Map(
    found.reasons.map((each) => [`${each.layer} ${each.candidate}`, each] as const),
  );
  const damage = found.unit ? `damage, ${found.unit}` : "damage";
  const heads = ["layer", "kind", "shape", "bytes as it is", "candidate", "bytes", damage];
  const places = ["low", "high", "place at best", "place at worst", "why not"];
  const { cells } = found;
  const lines = found.layers.flatMap((layer, row) =>
    found.candidates.map(({ name }, column): CsvCell[] => {
      const reason = why.get(`${row} ${column}`);
      return [
        layer.name,
        layer.kind,
        layer.shape.join("x"),
        layer.dense_bytes,
        name,
        cells.bytes[row]![column] ?? null,
        cells.damage[row]![column] ?? (reason?.broken ? "inf" : null),
        cells.low[row]![column] ?? null,
        cells.high[row]![column] ?? null,
        cells.rank_first[row]![column] ?? null,
        cells.rank_last[row]![column] ?? null,
        reason?.words ?? null,
      ];
    }),
  );
  return toCsv([[...heads, ...places], ...lines]);
}

/** What each layer gets, a line for each; "" for what stays as it is. */
export function planCsv(found: Sensitivity, allocation: readonly number[]): string {
  const lines = found.layers.map((layer, row): CsvCell[] => {
    const chosen = allocation[row] ?? -1;
    if (chosen < 0) return [layer.name, "", layer.dense_bytes, layer.dense_bytes, 0];
    return [
      layer.name,
      found.candidates[chosen]!.name,
      layer.dense_bytes,
      found.cells.bytes[row]![chosen] ?? null,
      found.cells.damage[row]![chosen] ?? null,
    ];
  });
  return toCsv([["layer", "candidate", "bytes as it is", "bytes", "damage alone"], ...lines]);
}
