import type { CsvCell } from "../format/file_text";
import { meanVerdict, meanWords, type MeanFacts } from "../claims/means";
import { chanceText } from "../format/shares";
import { shortIds } from "../labels/short_ids";
import { exactText } from "../metrics/measure";
import type { BehaviorMeasure, SliceCells, SliceTable } from "../wire.gen";
import { differenceText } from "./mean_text";
import { intervalText, ratioText } from "./words";

/** What bars of slices show: means from 0 on, or changes to both sides of 0. */
export interface SliceScale {
  change: boolean;
  /** The size of a whole bar. */
  largest: number;
}

/** The scale that holds all means or changes of these tables. */
export function sliceScale(
  tables: Iterable<SliceTable>,
  measure: BehaviorMeasure,
  change: boolean,
): SliceScale {
  if (measure.rate && !change) return { change, largest: 1 };
  let largest = 0;
  for (const { models } of tables) {
    for (const cells of models) {
      for (const value of change ? cells.change : cells.value) {
        if (value !== null) largest = Math.max(largest, Math.abs(value));
      }
    }
  }
  return { change, largest: largest || 1 };
}

/** A bar in per cent of its track; `mark`: the base's mean, or no change. */
export interface SliceBar {
  from: number;
  to: number;
  low: number | null;
  high: number | null;
  mark: number | null;
}

/** The bar of row `row` of a model's columns; null where there is nothing to show. */
export function sliceBar(
  cells: SliceCells,
  base: SliceCells,
  row: number,
  { change, largest }: SliceScale,
): SliceBar | null {
  const value = (change ? cells.change : cells.value)[row] ?? null;
  if (value === null) return null;
  const at = (size: number): number => {
    const share = Math.min(1, Math.max(-1, size / largest));
    // Negative means, as of log-likelihoods, are drawn by their size.
    return change ? 50 + share * 50 : Math.abs(share) * 100;
  };
  const [low, high] = change ? [cells.change_low, cells.change_high] : [cells.low, cells.high];
  const ends = [low[row] ?? null, high[row] ?? null].map((end) => (end === null ? null : at(end)));
  const before = base.value[row] ?? null;
  return {
    from: change ? Math.min(50, at(value)) : 0,
    to: change ? Math.max(50, at(value)) : at(value),
    low: lesser(ends),
    high: greater(ends),
    mark: change ? 50 : cells.key === base.key || before === null ? null : at(before),
  };
}

function lesser(ends: readonly (number | null)[]): number | null {
  return ends.includes(null) ? null : Math.min(...(ends as number[]));
}

function greater(ends: readonly (number | null)[]): number | null {
  return ends.includes(null) ? null : Math.max(...(ends as number[]));
}

/** The change of row `row`, as it is judged: with the chance corrected for all slices. */
function judged({ change, q, reason }: SliceCells, row: number): MeanFacts["change"] {
  return { value: change[row] ?? null, p: q[row] ?? null, ...(reason ? { reason } : {}) };
}

/** Whether row `row` is known to have changed for the better or the worse. */
export function sliceVerdict(cells: SliceCells, row: number, { goal }: BehaviorMeasure) {
  return meanVerdict(judged(cells, row), goal);
}

/** "×1.18 [1.17, 1.19]" of row `row`; "" where ratios are not asked for. */
export function sliceRatio({ ratio, ratio_low, ratio_high }: SliceCells, row: number): string {
  const value = ratio?.[row] ?? null;
  const [low, high] = [ratio_low?.[row] ?? null, ratio_high?.[row] ?? null];
  return value === null ? "" : ratioText({ value, low, high });
}

/** All of a cell in words, for its tooltip. */
export function sliceTip(cells: SliceCells, row: number, measure: BehaviorMeasure): string {
  const value = cells.value[row] ?? null;
  const change = cells.change[row] ?? null;
  const n = (cells.n[row] ?? 0).toLocaleString("en");
  const interval = { low: cells.low[row] ?? null, high: cells.high[row] ?? null };
  const lines = [`${exactText(value, measure)} ${intervalText(interval, measure)} over n ${n}`];
  const [low, high] = [cells.change_low[row] ?? null, cells.change_high[row] ?? null];
  if (change !== null) {
    const ends =
      low === null || high === null
        ? ""
        : `, 95 % interval ${differenceText(low, measure)} to ${differenceText(high, measure)}`;
    lines.push(`change ${differenceText(change, measure)}${ends}`);
    const found = judged(cells, row);
    const test = [chanceText(cells.p[row] ?? null, "p"), chanceText(found.p, "q")];
    lines.push([...test, meanWords(found, measure.goal)].filter(Boolean).join(", "));
    lines.push(found.reason ?? "");
  }
  const [negative, positive] = [cells.negative[row] ?? null, cells.positive[row] ?? null];
  if (negative !== null) lines.push(`right → wrong ${negative}, wrong → right ${positive ?? 0}`);
  return [...lines, sliceRatio(cells, row)].filter(Boolean).join("\n");
}

/** A table of slices as a file: a row per slice, the columns of each model side by side. */
export function sliceCsv(table: SliceTable, nameOf: (key: string) => string): CsvCell[][] {
  const columns = [
    "n",
    "value",
    "low",
    "high",
    "change",
    "change_low",
    "change_high",
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

/** In a row's head there is room for so many characters. */
const HEAD_CHARACTERS = 16;

/** Per row the words of its slice, of long ones without what all rows have in common. */
export function sliceNames({ by, texts }: Pick<SliceTable, "by" | "texts">): string[] {
  const short = by.map((_, dimension) =>
    shortIds(
      texts.map((levels) => levels[dimension] ?? ""),
      HEAD_CHARACTERS,
    ),
  );
  return texts.map((_, row) => short.map((names) => names[row]).join(" · "));
}
