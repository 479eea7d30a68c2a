import type { LayerRows } from "../wire.gen";

/** The rows of the comparison as a tree; numbers are indices of rows. */
export interface LayerNetwork {
  readonly rows: LayerRows;
  readonly count: number;
  readonly children: readonly (readonly number[])[];
  /** 0 for the whole network. */
  readonly depths: readonly number[];
  /** Rows that stand for one tensor, in the order of the network. */
  readonly tensors: readonly number[];
  /** What of a name its module does not say: "weight" of "encoder.0.weight". */
  readonly labels: readonly string[];
  readonly byName: ReadonlyMap<string, number>;
}

export function layerNetwork(rows: LayerRows): LayerNetwork {
  const count = rows.names.length;
  const children: number[][] = Array.from({ length: count }, () => []);
  const depths = new Array<number>(count).fill(0);
  const tensors: number[] = [];
  const labels: string[] = [];
  for (let row = 0; row < count; row++) {
    const above = parentOf(rows, row);
    if (above >= 0) {
      children[above]?.push(row);
      depths[row] = (depths[above] ?? 0) + 1;
    }
    if (rows.tensor[row]) tensors.push(row);
    labels.push(labelOf(rows, row, above));
  }
  const byName = new Map(rows.names.map((name, row) => [name, row]));
  return { rows, count, children, depths, tensors, labels, byName };
}

export function parentOf(rows: LayerRows, row: number): number {
  return rows.parents[row] ?? -1;
}

/** The full name of a row, as text. */
export function nameOfRow(rows: LayerRows, row: number): string {
  return rows.names[row] || WHOLE;
}

/**
 * The name of the row `name`; where there is none that of the first tensor of the nearest module
 * around it, or of that module: "conv.weight" finds "conv.output". Null where nothing is near.
 */
export function nearestRow(network: LayerNetwork, name: string): string | null {
  if (network.byName.has(name)) return name;
  for (let end = name.lastIndexOf("."); end > 0; end = name.lastIndexOf(".", end - 1)) {
    const module = network.byName.get(name.slice(0, end));
    if (module === undefined) continue;
    const tensor = network.children[module]?.find((row) => network.rows.tensor[row]);
    return network.rows.names[tensor ?? module] ?? null;
  }
  return null;
}

export const WHOLE = "whole network";

function labelOf(rows: LayerRows, row: number, above: number): string {
  const name = rows.names[row] ?? "";
  const prefix = above >= 0 ? `${rows.names[above] ?? ""}.` : "";
  return (name.startsWith(prefix) && prefix !== "." ? name.slice(prefix.length) : name) || WHOLE;
}
