import { format as d3Format } from "d3-format";

import { isBytes, isPercent } from "./metric_format";
import type { MetricSpec } from "../wire.gen";

const NUMBER = String.raw`[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[-+]?\d+)?`;
const AMOUNT = new RegExp(`^(${NUMBER})\\s*([^\\d\\s.,+-].*)?$`, "i");

const PREFIXES: Readonly<Record<string, number>> = {
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const PREFIXED = /^(Ki|Mi|Gi|Ti|k|K|M|G|T)?\s*(.*)$/;
const SECONDS = new Map([
  ["ns", 1e-9],
  ["us", 1e-6],
  ["µs", 1e-6],
  ["μs", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
  ["min", 60],
  ["h", 3600],
]);

/** `text` with plain spaces and minus signs, as it is read. */
export function plainText(text: string): string {
  return text
    .replace(/[\s\u202f\u00a0]+/g, " ")
    .replace(/[−–]/g, "-")
    .trim();
}

/** A number apart from its unit; null where `text` does not begin with one. */
export function numberAndUnit(text: string): { number: number; unit: string } | null {
  const found = AMOUNT.exec(plainText(text));
  if (!found || !/\d/.test(found[1] ?? "")) return null;
  const number = Number((found[1] ?? "").replace(/,/g, ""));
  return Number.isFinite(number) ? { number, unit: (found[2] ?? "").trim() } : null;
}

/**
 * The value that a person means by `text`, as it is logged: "10 kB", "1.2 MiB", "99 %", "8 ms".
 * Of a metric that is shown in per cent, a bare number up to 1 is a share and a larger one per
 * cent. Null where the text is no number, or its unit none of the metric's.
 */
export function readAmount(text: string, spec: MetricSpec): number | null {
  const read = numberAndUnit(text);
  if (!read) return null;
  const { number, unit } = read;
  if (unit === "") return isPercent(spec) && Math.abs(number) > 1 ? number / 100 : number;
  const times = factorOf(unit, spec);
  return times === null ? null : rounded(number * times);
}

/** The number of a parameter that `parameterValue` writes so, or a person types: "50 %", "0.01"; null for others. */
export function readParameter(text: string): number | null {
  const read = numberAndUnit(text);
  if (!read || (read.unit !== "" && read.unit !== "%")) return null;
  return read.unit === "%" ? Number((read.number / 100).toPrecision(12)) : read.number;
}

/** What a number in `unit` is multiplied by to be as it is logged; null for another's unit. */
function factorOf(unit: string, spec: MetricSpec): number | null {
  const own = spec.unit.trim();
  if (unit === own) return 1;
  if (unit === "%" || unit === "pt") return shareFactor(spec);
  const [from, to] = [SECONDS.get(unit), SECONDS.get(own)];
  if (from !== undefined && to !== undefined) return from / to;
  const [, prefix = "", rest = ""] = PREFIXED.exec(unit) ?? [];
  const fits = rest === "" || rest === own || (isBytes(spec) && /^(b|bytes?)$/i.test(rest));
  return fits ? (PREFIXES[prefix] ?? 1) : null;
}

function shareFactor(spec: MetricSpec): number | null {
  if (spec.unit.trim() === "%") return 1;
  return isPercent(spec) || (spec.low === 0 && spec.high === 1) ? 0.01 : null;
}

/** Without float noise: 99.1 % is 0.991. */
function rounded(value: number): number {
  return Number(value.toPrecision(15));
}

const MOST_DIGITS = 15;

/** The shortest text that reads as `value`: "44 kB", "99.1 %", "8.5 ms". */
export function amountText(value: number, spec: MetricSpec): string {
  for (let digits = 3; digits < MOST_DIGITS; digits++) {
    const text = writeAmount(value, spec, digits);
    if (readAmount(text, spec) === value) return text.replace(/-/g, "−");
  }
  return writeAmount(value, spec, MOST_DIGITS).replace(/-/g, "−");
}

function writeAmount(value: number, spec: MetricSpec, digits: number): string {
  if (isPercent(spec)) return `${Number((value * 100).toPrecision(digits))}\u202f%`;
  const plain = String(Number(value.toPrecision(digits)));
  if (!isBytes(spec)) return spec.unit ? `${plain}\u202f${spec.unit}` : plain;
  if (Math.abs(value) < 1000 || Math.abs(value) >= 1e15) return `${plain}\u202fB`;
  return d3Format(`.${digits}~s`)(value).replace(/(\D)$/, "\u202f$1B");
}

/** The units that `readAmount` takes for this metric, as a person is told them: "B, kB, MB, MiB". */
export function unitsTaken(spec: MetricSpec): string {
  if (isBytes(spec)) return "B, kB, MB, GB or MiB";
  if (shareFactor(spec) !== null) return "%";
  if (SECONDS.has(spec.unit.trim())) return "µs, ms or s";
  return [spec.unit.trim(), "k or M"].filter(Boolean).join(", ");
}
