import { pairWords, shareOf } from "./harm";
import type { Condition, HarmedPair, HarmedSlice, HarmedSlices } from "../wire.gen";

/** What a model broke in a slice or a pair of slices. */
export type HarmedCell = Pick<HarmedSlice, "model" | "n" | "flips" | "mended" | "lift">;

/** A slice, or a pair of them, with what each model broke in it. */
export interface HarmedRow {
  readonly words: string;
  /** The instances that are in it. */
  readonly conditions: readonly Condition[];
  /** The most that a model has of it. */
  readonly n: number;
  readonly small: boolean;
  readonly cells: ReadonlyMap<string, HarmedCell>;
}

/** A row for each slice, models side by side; in the order of `sort`, see `HARMED_SORTS`. */
export function sliceRows({ slices }: HarmedSlices, sort: string | null): HarmedRow[] {
  const one = ({ by, level }: HarmedSlice) => [{ kind: "slice", by, level } as const];
  const words = ({ name, text }: HarmedSlice) => `${name}: ${text}`;
  return sorted(rowsOf(slices, one, words), sort);
}

/** The same of pairs of slices. */
export function pairRows({ pairs }: HarmedSlices, sort: string | null): HarmedRow[] {
  const both = ({ by, levels }: HarmedPair) =>
    by.map((id, at) => ({ kind: "slice", by: id, level: levels[at] ?? 0 }) as const);
  return sorted(rowsOf(pairs, both, pairWords), sort);
}

function rowsOf<Found extends HarmedCell & { small?: boolean }>(
  found: readonly Found[],
  conditionsOf: (found: Found) => Condition[],
  wordsOf: (found: Found) => string,
): HarmedRow[] {
  const rows = new Map<string, HarmedRow & { cells: Map<string, HarmedCell> }>();
  for (const each of found) {
    const conditions = conditionsOf(each);
    const key = JSON.stringify(conditions);
    const row = rows.get(key) ?? {
      words: wordsOf(each),
      conditions,
      n: 0,
      small: each.small ?? false,
      cells: new Map<string, HarmedCell>(),
    };
    row.cells.set(each.model, each);
    rows.set(key, { ...row, n: Math.max(row.n, each.n) });
  }
  return [...rows.values()];
}

/** What rows can be sorted by, in any model; `:KEY` appended, in one. Small ones come last. */
export const HARMED_SORTS = [
  { value: "-rate", label: "largest share broken" },
  { value: "-lift", label: "most above average" },
] as const;

function sorted(rows: HarmedRow[], sort: string | null): HarmedRow[] {
  const [by, model] = (sort ?? "").split(":");
  const sizeOf = ({ cells }: HarmedRow): number => {
    const own =
      model === undefined ? [...cells.values()] : [cells.get(model)].flatMap((c) => c ?? []);
    // A row without the model comes last.
    return Math.max(...own.map((cell) => (by === "-lift" ? cell.lift : shareOf(cell))));
  };
  return rows
    .map((row) => ({ row, size: sizeOf(row) }))
    .sort((a, b) => Number(a.row.small) - Number(b.row.small) || compared(b.size, a.size))
    .map(({ row }) => row);
}

/** Infinities too. */
function compared(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** The largest share that broke in any of these: a whole bar. */
export function largestShare(rows: readonly HarmedRow[]): number {
  let largest = 0;
  for (const { cells } of rows) {
    for (const cell of cells.values()) largest = Math.max(largest, shareOf(cell));
  }
  return largest || 1;
}
