import { harmOf, worstOf } from "./change";
import { valueAt } from "./measure";
import type { LayerNetwork } from "./network";
import type { LayerTree } from "../wire.gen";

/** By what the flat list is sorted; null: the tree in the order of the network. */
export type LayerSort =
  | { by: "change" | "name" | "params"; descending: boolean }
  | { by: "value" | "bytes"; key: string; descending: boolean };

export function sortText(sort: LayerSort): string {
  return `${sort.descending ? "-" : "+"}${"key" in sort ? `${sort.by}:${sort.key}` : sort.by}`;
}

export function readSort(text: string | null): LayerSort | null {
  const match = /^([+-])(change|name|params|(?:value|bytes):(.+))$/s.exec(text ?? "");
  if (!match) return null;
  const descending = match[1] === "-";
  const [by, key] = [match[2]?.split(":")[0], match[3]];
  if (key !== undefined) return { by: by === "bytes" ? "bytes" : "value", key, descending };
  return { by: by as "change" | "name" | "params", descending };
}

/** The order of a click on a column: first `start`, then the other way, then the tree again. */
export function nextSort(now: LayerSort | null, start: LayerSort): LayerSort | null {
  if (now === null || columnOf(now) !== columnOf(start)) return start;
  return now.descending === start.descending ? { ...start, descending: !start.descending } : null;
}

/** Whether `sort` is by the column of `other`. */
export function sameColumn(sort: LayerSort | null, other: LayerSort): boolean {
  return sort !== null && columnOf(sort) === columnOf(other);
}

function columnOf(sort: LayerSort): string {
  return sortText({ ...sort, descending: false });
}

/** How two rows compare; rows without a number come last, whichever way. */
export function rowOrder(
  sort: LayerSort,
  tree: LayerTree,
  network: LayerNetwork,
): (a: number, b: number) => number {
  const sign = sort.descending ? -1 : 1;
  if (sort.by === "name") {
    const { names } = network.rows;
    return (a, b) => sign * NATURAL.compare(names[a] ?? "", names[b] ?? "");
  }
  const number = numbersOf(sort, tree);
  const known = new Map(network.tensors.map((row) => [row, number(row)]));
  return (a, b) => {
    const [first, second] = [known.get(a) ?? null, known.get(b) ?? null];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return first === second ? 0 : sign * (first - second);
  };
}

const NATURAL = new Intl.Collator("en", { numeric: true });

function numbersOf(sort: LayerSort, tree: LayerTree): (row: number) => number | null {
  if (sort.by === "change") {
    const harm = harmOf(tree);
    return (row) => worstOf(harm, tree.models.length, row)?.harm ?? null;
  }
  if (sort.by === "params") {
    return (row) => tree.models.map(({ params }) => params[row]).find((n) => n != null) ?? null;
  }
  const key = "key" in sort ? sort.key : "";
  const cells = tree.models.find((model) => model.key === key);
  if (!cells) return () => null;
  return sort.by === "bytes"
    ? (row) => cells.effective_bytes[row] ?? null
    : (row) => valueAt(cells, row);
}
