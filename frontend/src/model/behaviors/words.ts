import { changeText, type Verdict } from "../format/change";
import { metricFormat, NOT_LOGGED } from "../format/metric_format";
import { roundedNumber } from "../format/numbers";
import { exactText, measureSpec, shortNumber } from "../metrics/measure";
import type { Answer, BehaviorMeasure, Change, Estimate, Form } from "../wire.gen";

export const FORM_WORDS: Record<Form, string> = {
  value: "absolute",
  difference: "change",
  abs_difference: "|change|",
  ratio: "ratio",
  squared_difference: "change²",
};

/** A mean of the measure: "95.1 %", "0.124 nats". */
export function meanText(value: number | null | undefined, measure: BehaviorMeasure): string {
  return value == null ? NOT_LOGGED : metricFormat(measureSpec(measure)).full(value);
}

/** A change with six digits, signed: of a rate in points. */
function exactDifference(change: number | null, measure: BehaviorMeasure): string {
  if (change === null) return NOT_LOGGED;
  const text = exactText(change, measure);
  return (change > 0 ? `+${text}` : text).replace("%", "pt");
}

/** "[94.7, 95.5]", without units. */
export function intervalText(
  { low, high }: Pick<Estimate, "low" | "high">,
  measure: BehaviorMeasure,
): string {
  if (low === null || high === null) return "";
  const { bare } = metricFormat(measureSpec(measure));
  return `[${bare(low)}, ${bare(high)}]`;
}

/** Whether a change of the measure is for the better; null without a goal. */
export function verdictOf(change: number | null, measure: BehaviorMeasure): Verdict | null {
  if (change === null) return null;
  if (change === 0) return "same";
  return measure.goal === null
    ? null
    : change > 0 === (measure.goal === "max")
      ? "better"
      : "worse";
}

/** "−7.0 pt" of a rate, "+0.31 nats" of anything else. */
export function differenceText(change: number | null, measure: BehaviorMeasure): string {
  if (change === null) return NOT_LOGGED;
  const verdict = verdictOf(change, measure);
  return measure.rate
    ? changeText({ kind: "points", amount: change * 100, verdict }, measureSpec(measure))
    : changeText({ kind: "absolute", amount: change, verdict }, measureSpec(measure));
}

/** An instance's value of the measure, in a form. */
export function instanceText(
  value: number | null,
  measure: BehaviorMeasure | null,
  form: Form,
): string {
  if (value === null) return NOT_LOGGED;
  if (form === "ratio") return `×${shortNumber(value)}`;
  const signed = form === "difference" && value > 0 ? `+${shortNumber(value)}` : shortNumber(value);
  return measure && measure.unit && !measure.rate ? `${signed}\u202f${measure.unit}` : signed;
}

/** "p < .001", "p .12". */
export function chanceText(chance: number | null, letter: "p" | "q"): string {
  if (chance === null) return "";
  if (chance < 0.001) return `${letter} < .001`;
  const digits = chance < 0.1 ? 3 : 2;
  return `${letter} ${chance.toFixed(digits).replace(/^0/, "")}`;
}

/** What a corrected or single chance means in words. */
export function chanceWords(chance: number | null): string {
  if (chance === null) return "";
  return chance < 0.05 ? "more than noise" : "within noise";
}

/** A change with its test, whole, for a tooltip. */
export function changeTip(change: Change, measure: BehaviorMeasure): string {
  const { n, value, low, high, relative, p, test } = change;
  const lines = [
    `${exactDifference(value, measure)} over ${n.toLocaleString("en")} shared instances`,
  ];
  if (low !== null && high !== null) {
    const ends = [low, high].map((end) => exactDifference(end, measure));
    lines.push(`95 % interval ${ends.join(" to ")}`);
  }
  if (relative !== null) lines.push(`${signedShare(relative)} of the base’s mean`);
  if (test !== null && p !== null)
    lines.push(`${test}: p = ${roundedNumber(p)}, ${chanceWords(p)}`);
  return lines.join("\n");
}

function signedShare(share: number): string {
  const text = `${(Math.abs(share) * 100).toPrecision(3)}\u202f%`;
  return share < 0 ? `−${text}` : `+${text}`;
}

/** A prediction, or a label, as text. */
export function predictionText(predicted: Answer): string {
  if (predicted === null) return NOT_LOGGED;
  if (typeof predicted === "number") return shortNumber(predicted);
  return Array.isArray(predicted) ? predicted.join(", ") || "none" : predicted;
}

/** A share as "2.1 %"; never 0 or 100 where it is not. */
export function shareText(share: number | null | undefined): string {
  if (share == null) return NOT_LOGGED;
  if (share > 0 && share < 0.00005) return "<\u202f0.01\u202f%";
  if (share < 1 && share > 0.99995) return ">\u202f99.99\u202f%";
  // As many digits as tell it from the nearer end.
  const rest = Math.min(share, 1 - share);
  const digits = rest === 0 || rest >= 0.1 ? 0 : rest >= 0.001 ? 1 : 2;
  return `${(share * 100).toFixed(digits)}\u202f%`;
}
