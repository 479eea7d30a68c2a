import { format } from "d3-format";

import { plainSpec, shortNumber } from "../metrics/measure";
import { metricFormat } from "../format/metric_format";
import type { LayerCells } from "../wire.gen";

const BYTES = plainSpec("B");
const thousands = format(",d");

/** "1.2 MB". */
export function bytesText(bytes: number | null | undefined): string {
  return bytes == null ? "–" : metricFormat(BYTES).full(Math.round(bytes));
}

/** "25.6 M". */
export function countText(count: number | null | undefined): string {
  return count == null ? "" : shortNumber(count);
}

/** "64×3×7×7"; "scalar" without dimensions. */
export function shapeText(shape: readonly number[] | null | undefined): string {
  if (!shape) return "";
  return shape.length ? shape.map((size) => thousands(size)).join("×") : "scalar";
}

/** Bytes at best that a model saves in a row against the base; null where either lacks it. */
export function bytesSaved(base: LayerCells, cells: LayerCells, row: number): number | null {
  const [before, after] = [base.effective_bytes[row], cells.effective_bytes[row]];
  return before == null || after == null ? null : before - after;
}
