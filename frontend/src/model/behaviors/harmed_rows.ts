import { isHarmed, lossOf, type Cell, type HarmBy } from "../claims/harm";
import type { CsvCell } from "../format/file_text";
import type { Condition, HarmedPair, HarmedSlice, HarmedSlices } from "../wire.gen";
import { pairWords, shareOf } from "./harm";
import { churnOf, flipWords } from "./harm_words";

/** What a model broke in a slice or a pair of slices. */
export type HarmedCell = Cell & Pick<HarmedSlice, "model" | "lift" | "p">;

/** A slice, or a pair of them, with what each model broke in it. */
export interface HarmedRow {
  readonly words: string;
  /** The instances that are in it. */
  readonly conditions: readonly Condition[];
  /** The most that a model has of it. */
  readonly n: number;
  /** How many sampled units those are; null where each was sampled by itself. */
  readonly groups: number | null;
  readonly small: boolean;
  readonly cells: ReadonlyMap<string, HarmedCell>;
}

/** A row for each slice, models side by side; in the order of `sort`, see `HARMED_SORTS`. */
export function sliceRows({ slices }: HarmedSlices, by: HarmBy, sort: string | null): HarmedRow[] {
  const one = ({ by, level }: HarmedSlice) => [{ kind: "slice", by, level } as const];
  const words = ({ name, text }: HarmedSlice) => `${name}: ${text}`;
  return sorted(rowsOf(slices, one, words), by, sort);
}

/** The same of pairs of slices. */
export function pairRows({ pairs }: HarmedSlices, by: HarmBy, sort: string | null): HarmedRow[] {
  const both = ({ by, levels }: HarmedPair) =>
    by.map((id, at) => ({ kind: "slice", by: id, level: levels[at] ?? 0 }) as const);
  return sorted(rowsOf(pairs, both, pairWords), by, sort);
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
      groups: null,
      small: each.small ?? false,
      cells: new Map<string, HarmedCell>(),
    };
    row.cells.set(each.model, each);
    rows.set(key, each.n > row.n ? { ...row, n: each.n, groups: each.groups } : row);
  }
  return [...rows.values()];
}

/** What rows can be sorted by, in any model; `:KEY` appended, in one. Small ones come last. */
export const HARMED_SORTS = [
  { value: "-loss", label: "verdicts first, then most lost" },
  { value: "-rate", label: "largest share broken" },
  { value: "-lift", label: "most above average" },
  { value: "-churn", label: "largest churn" },
] as const;

/** How far up a cell brings its row. */
const SIZES: Readonly<Record<string, (cell: HarmedCell) => number>> = {
  "-rate": shareOf,
  "-lift": ({ lift }) => lift,
  "-churn": churnOf,
};
function sorted(rows: HarmedRow[], by: HarmBy, sort: string | null): HarmedRow[] {
  const [kind, model] = (sort ?? "").split(":");
  const size = SIZES[kind ?? ""];
  const place = (row: HarmedRow) => {
    const cells = [...row.cells.values()].filter(
      (cell) => model === undefined || cell.model === model,
    );
    const harmed = size === undefined ? cells.filter(isHarmed) : [];
    const counted = harmed.length ? harmed : cells;
    return {
      row,
      last: row.small && !isHarmedRow(row),
      harmed: harmed.length > 0,
      // A row without the model comes last.
      size: Math.max(...counted.map(size ?? ((cell) => lossOf(cell, by)))),
    };
  };
  return rows
    .map(place)
    .sort(
      (a, b) =>
        Number(a.last) - Number(b.last) ||
        Number(b.harmed) - Number(a.harmed) ||
        compared(b.size, a.size),
    )
    .map(({ row }) => row);
}

/** Whether any model harmed it. */
export function isHarmedRow({ cells }: HarmedRow): boolean {
  return [...cells.values()].some(isHarmed);
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

type Column = readonly [name: string, of: (cell: HarmedCell) => CsvCell];

const columns = ({ worse, better }: Record<"worse" | "better", string>): readonly Column[] => [
  ["harmed", (cell) => (isHarmed(cell) ? "yes" : "")],
  ["n", ({ n }) => n],
  ["groups", ({ groups }) => groups],
  [worse, ({ flips }) => flips],
  [better, ({ mended }) => mended],
  [`share ${worse}`, shareOf],
  ["times average", ({ lift }) => lift],
  ["churn", churnOf],
  ["change", ({ change }) => change],
  ["change of the rest", ({ rest }) => (rest.n ? rest.change : null)],
  ["right answers kept", ({ kept }) => kept],
  ["right answers kept by the rest", ({ rest_kept: kept }) => kept],
  ["p", ({ p }) => p],
  ["q", ({ q }) => q],
];

/** A file with a line for each slice, or pair, and model. */
export function harmedCsv(
  rows: readonly HarmedRow[],
  by: HarmBy,
  nameOf: (key: string) => string,
): CsvCell[][] {
  const told = columns(flipWords(by));
  const lines = rows.flatMap(({ words, cells }) =>
    [...cells.values()].map((cell) => [
      words,
      nameOf(cell.model),
      ...told.map(([, of]) => of(cell)),
    ]),
  );
  return [["slice", "model", ...told.map(([name]) => name)], ...lines];
}
