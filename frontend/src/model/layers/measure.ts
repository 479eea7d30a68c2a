import { metricFormat } from "../format/metric_format";
import { exactText, measureSpec, shortNumber } from "../metrics/measure";
import type { Certainty, LayerCells, LayerMeasure, LayerNumber, LayerPart } from "../wire.gen";

/** ▪ exact, ≈ an estimate, ≥ a lower bound. */
export const CERTAINTY_MARKS: Record<Certainty, string> = {
  exact: "▪",
  estimate: "≈",
  "at least": "≥",
};

export const CERTAINTY_WORDS: Record<Certainty, string> = {
  exact: "exact",
  estimate: "estimated",
  "at least": "a lower bound",
};

/** Before the mark of a number that does not speak for all of its row. */
export const PART_MARK = "◐";

/** The marks of a number: "▪"; "◐▪" where it was computed from a part of the row. */
export function marksOf(certainty: Certainty | null, part: LayerPart | null | undefined): string {
  if (!certainty) return "";
  return (part ? PART_MARK : "") + CERTAINTY_MARKS[certainty];
}

/** What the numbers of a measure do not speak for; those of one model alone lack what it refused. */
export function partOf(
  part: LayerPart | null | undefined,
  { pairwise }: LayerMeasure,
): LayerPart | null {
  return part && (pairwise || part.refused) ? part : null;
}

/** The value of row `row`: ∞ where it is without bound, null where there is none. */
export function valueAt(cells: LayerCells, row: number): number | null {
  return cells.value[row] ?? (cells.certainty[row] ? Infinity : null);
}

/** The number of row `row`; all null where there is none. */
export function numberAt(cells: LayerCells, row: number): LayerNumber {
  return {
    value: cells.value[row] ?? null,
    low: cells.low[row] ?? null,
    high: cells.high[row] ?? null,
    certainty: cells.certainty[row] ?? null,
  };
}

/** The farther end of the interval from the value: "±0.21"; "" where it is exact. */
export function plusMinus({ value, low, high, certainty }: LayerNumber): string {
  if (value === null || low === null || high === null || certainty !== "estimate") return "";
  const half = Math.max(high - value, value - low);
  return half > 0 ? `±${twoDigits(half)}` : "";
}

function twoDigits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  if (value < 1e-4) return value.toExponential(0).replace("e-", "e−");
  return String(Number(value.toPrecision(value >= 1 ? 2 : 1)));
}

/** "14.1", without the unit; "–" where there is none, "∞" where it is without bound. */
export function bareNumber({ value, certainty }: LayerNumber, measure: LayerMeasure): string {
  if (value === null) return certainty ? "∞" : "–";
  return bareValue(value, measure);
}

/** "14.1". */
export function bareValue(value: number, measure: LayerMeasure): string {
  return metricFormat(measureSpec(measure)).bare(withoutNoise(value, measure));
}

/** Of a measure of moderate size, what is left of rounding is nothing. */
function withoutNoise(value: number, { scale }: LayerMeasure): number {
  return scale === "linear" && Math.abs(value) < 1e-9 ? 0 : value;
}

/** "14.1 dB". */
export function fullNumber(number: LayerNumber, measure: LayerMeasure): string {
  if (number.value === null) return bareNumber(number, measure);
  return metricFormat(measureSpec(measure)).full(withoutNoise(number.value, measure));
}

const UNBOUNDED = { max: "infinite: it did not change", min: "infinite" };

/** "14.1 dB ≈, 95 % interval 13.9 dB to 14.3 dB". */
export function numberWords(number: LayerNumber, measure: LayerMeasure): string {
  const { value, low, high, certainty } = number;
  if (value === null) return certainty ? UNBOUNDED[measure.goal ?? "min"] : "not available";
  const digits = exactText(value, measure);
  const mark = certainty ? `, ${CERTAINTY_WORDS[certainty]}` : "";
  const known = low !== null && high !== null && high > low;
  const interval = known
    ? `\n95 % interval ${exactText(low, measure)} to ${exactText(high, measure)}`
    : "";
  return digits + mark + interval;
}

/** A round number of an axis: "0.05". */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-4)) return shortNumber(value);
  return String(Number(value.toPrecision(6))).replace("-", "−");
}
