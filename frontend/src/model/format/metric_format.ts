import { format as d3Format, formatSpecifier } from "d3-format";

import type { Metric, MetricSpec } from "../wire.gen";
import {
  bytesText,
  roundedNumber,
  spaced,
  THIN_SPACE,
  threeDigits,
  threeDigitsWithPrefix,
  TIP_DIGITS,
  withExponent,
} from "./numbers";

/** What stands where a metric was not logged. */
export const NOT_LOGGED = "–";

const COUNT_UNITS = /^(|b|params?|parameters|flops?|macs?|ops?)$/i;
const BYTES = /^(B|bytes?)$/;
/** d3's types that write a number which a person can compare; it takes any letter for a type. */
const READABLE_TYPES = "%defgnprs";
const BYTES_SUFFIX = /_(bytes?|b)$/i;

export interface MetricFormat {
  /** What the head of a column shows: "%", "ms"; "" where there is none or each number has its own. */
  unit: string;
  /** The number of a column: without the unit that its head names ("80.3", "1.2 M"); "98.7 kB". */
  bare(value: number): string;
  /** The number with its unit: "80.3 %", "1.2 MB", "8.10 ms". */
  full(value: number): string;
}

const formats = new WeakMap<MetricSpec, MetricFormat>();

/** How the values of `spec` are written. */
export function metricFormat(spec: MetricSpec): MetricFormat {
  let found = formats.get(spec);
  if (!found) formats.set(spec, (found = makeFormat(spec)));
  return found;
}

/** The metric's name, without a unit that its column head repeats: `latency_ms` is "latency". */
export function metricLabel(spec: MetricSpec): string {
  const { name } = spec;
  if (isBytes(spec)) return name.replace(BYTES_SUFFIX, "") || name;
  const { unit } = metricFormat(spec);
  const suffix = `_${unit}`.toLowerCase();
  if (unit && name.toLowerCase().endsWith(suffix) && name.length > suffix.length) {
    return name.slice(0, -suffix.length);
  }
  return name;
}

/** Whether the metric counts bytes. */
export function isBytes(spec: MetricSpec): boolean {
  return BYTES.test(spec.unit.trim());
}

/** Whether the metric is logged as a share of one and written as per cent. */
export function isPercent(spec: MetricSpec): boolean {
  return metricFormat(spec).unit === "%" && spec.unit.trim() !== "%";
}

/** The metric's label with its unit: "latency, ms". */
export function metricHeading(spec: MetricSpec): string {
  const { unit } = metricFormat(spec);
  return unit ? `${metricLabel(spec)}, ${unit}` : metricLabel(spec);
}

/** The number of a cell: without its unit, ≥ before a bound; NaN, ∞ and "not logged" (–) as such. */
export function bareMetric(metric: Metric | undefined, spec: MetricSpec): string {
  if (metric?.value == null) return absent(metric);
  return boundMark(metric) + metricFormat(spec).bare(metric.value);
}

/** The number in running text: with its unit; NaN, ∞ and "not logged" (–) as such. */
export function fullMetric(metric: Metric | undefined, spec: MetricSpec): string {
  if (metric?.value == null) return absent(metric);
  return boundMark(metric) + metricFormat(spec).full(metric.value);
}

/** The number with six digits, or as many as it takes, and its unit, for tooltips. */
export function exactMetric(
  metric: Metric | undefined,
  spec: MetricSpec,
  digits = TIP_DIGITS,
): string {
  if (metric?.value == null) return metric?.nonfinite ? absent(metric) : "not logged";
  const mark = boundMark(metric);
  if (isPercent(spec)) return `${mark}${roundedNumber(metric.value * 100, digits)}${THIN_SPACE}%`;
  const unit = spec.unit ? `${THIN_SPACE}${spec.unit}` : "";
  return mark + roundedNumber(metric.value, digits) + unit;
}

/** "≥ " before a bound. */
function boundMark({ bound }: Metric): string {
  return bound ? `${bound}${THIN_SPACE}` : "";
}

/** What stands in place of a number that is missing or not finite. */
export function absent(metric: Metric | undefined): string {
  switch (metric?.nonfinite) {
    case "NaN":
      return "NaN";
    case "Infinity":
      return "∞";
    case "-Infinity":
      return "−∞";
    default:
      return NOT_LOGGED;
  }
}

function makeFormat(spec: MetricSpec): MetricFormat {
  if (isBytes(spec) && !asksForPlainBytes(spec)) {
    const full = spec.format.trim()
      ? withUnit(writer(spec), "B")
      : (value: number) => bytesText(value);
    return { unit: "", bare: full, full };
  }
  const write = writer(spec);
  const bare = (value: number): string => spaced(write(value)).replace(/\u202f?%$/, "");
  const percent = write(0).endsWith("%");
  const unit = percent && !spec.unit ? "%" : spec.unit;
  return {
    unit,
    bare,
    full: withUnit(write, unit),
  };
}

function withUnit(write: (value: number) => string, unit: string): (value: number) => string {
  return (value) => {
    const text = spaced(write(value));
    if (!unit || text.endsWith("%")) return text;
    return hasPrefix(text) ? text + unit : text + THIN_SPACE + shortened(unit);
  };
}

/** Whether the format writes numbers of bytes without prefixes: ",d". */
function asksForPlainBytes({ format }: MetricSpec): boolean {
  return readSpecifier(format) !== null && !format.trim().endsWith("s");
}

/** No cell has room for more; what is longer is written with an exponent. */
const MOST_CHARACTERS = 14;

/** The number as the specifier says, or with three significant digits. */
function writer(spec: MetricSpec): (value: number) => string {
  const specified = readSpecifier(spec.format);
  if (specified) {
    return (value) => {
      const text = specified(value);
      if (text.length <= MOST_CHARACTERS) return text;
      return text.endsWith("%") ? `${withExponent(value * 100)}%` : withExponent(value);
    };
  }
  return COUNT_UNITS.test(spec.unit) ? threeDigitsWithPrefix : threeDigits;
}

function readSpecifier(text: string): ((value: number) => string) | null {
  if (text.trim() === "") return null;
  try {
    const specifier = formatSpecifier(text.trim());
    // Without a type, d3 reads ".2" as two significant digits: 90.5 and 91.2 would both be "91".
    if (!specifier.type) {
      if (specifier.precision === undefined) return null;
      specifier.type = "f";
    }
    if (!READABLE_TYPES.includes(specifier.type)) return null;
    // Padding is for columns of a terminal: here cells align, and zeros would be read as digits.
    specifier.width = undefined;
    specifier.zero = false;
    return d3Format(specifier.toString());
  } catch {
    return null;
  }
}

const LONGEST_UNIT = 16;

/** Beside a number a unit must be short; `exactMetric` gives all of it. */
function shortened(unit: string): string {
  return unit.length > LONGEST_UNIT ? `${unit.slice(0, LONGEST_UNIT - 1)}…` : unit;
}

function hasPrefix(text: string): boolean {
  return /\u202f[yzafpnµmkMGTPEZY]$/.test(text);
}
