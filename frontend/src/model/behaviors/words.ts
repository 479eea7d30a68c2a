import { meanWords } from "../claims/means";
import { metricFormat, NOT_LOGGED } from "../format/metric_format";
import { counted, roundedNumber } from "../format/numbers";
import { exactText, measureSpec, shortNumber } from "../metrics/measure";
import type { Answer, BehaviorMeasure, Change, Estimate, Form, Ratio } from "../wire.gen";
import { differenceText } from "./mean_text";

export const FORM_WORDS: Record<Form, string> = {
  value: "absolute",
  difference: "change",
  abs_difference: "|change|",
  ratio: "ratio",
  squared_difference: "change²",
};

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

/** A change without its unit, which a head names: "−7.0", "+0.31". */
export function bareDifference(change: number | null, measure: BehaviorMeasure): string {
  if (change === null) return NOT_LOGGED;
  if (measure.rate) return differenceText(change, measure).replace("\u202fpt", "");
  if (change === 0) return "±0";
  const text = metricFormat(measureSpec(measure)).bare(change);
  return change > 0 ? `+${text}` : text;
}

/** A mean without its unit: "95.1". */
export function bareMean(value: number | null, measure: BehaviorMeasure): string {
  return value === null ? NOT_LOGGED : metricFormat(measureSpec(measure)).bare(value);
}

/** The unit of means and that of changes, for a head: "%, Δ pt", "nats"; "" for none. */
export function unitWords(measure: BehaviorMeasure, changes: boolean): string {
  const { unit } = metricFormat(measureSpec(measure));
  return measure.rate && changes ? `${unit}, Δ pt` : unit;
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

/** "×1.18 [1.17, 1.19]": the mean as a multiple of the base's. */
export function ratioText({ value, low, high }: Ratio): string {
  if (value === null) return NOT_LOGGED;
  const ends = low === null || high === null ? "" : ` [${shortNumber(low)}, ${shortNumber(high)}]`;
  return `×${shortNumber(value)}${ends}`;
}

/** "3,188 instances"; "797 groups, 3,188 instances" where several were sampled together. */
export function sampledText(n: number, groups: number | null | undefined): string {
  const instances = counted(n, "instance");
  return groups == null ? instances : `${counted(groups, "group")}, ${instances}`;
}

/** A change with its test, whole, for a tooltip. */
export function changeTip(change: Change, measure: BehaviorMeasure): string {
  const { n, value, low, high, relative, p, test, groups, ratio, reason } = change;
  const lines = [`${exactDifference(value, measure)} over ${sampledText(n, groups)} of both`];
  if (low !== null && high !== null) {
    const ends = [low, high].map((end) => exactDifference(end, measure));
    lines.push(`95 % interval ${ends.join(" to ")}`);
  }
  if (ratio) lines.push(`mean / the base’s: ${ratioText(ratio)}`, ratio.reason ?? "");
  else if (relative !== null) lines.push(`${signedShare(relative)} of the base’s mean`);
  if (test !== null && p !== null) {
    const words = meanWords(change, measure.goal);
    lines.push(`${test}, interval and p: p = ${roundedNumber(p)}${words && `, ${words}`}`);
  }
  return [...lines, reason ?? ""].filter(Boolean).join("\n");
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
