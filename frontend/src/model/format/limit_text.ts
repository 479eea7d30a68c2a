import type { KnownLimit, Limit } from "../tradeoffs/budget";
import { amountText, numberAndUnit, plainText, readAmount, unitsTaken } from "./metric_amount";
import { metricLabel } from "./metric_format";
import type { MetricSpec } from "../wire.gen";

const BOUND = /^(≤|<=?|=<|at most|≥|>=?|=>|at least)\s*/i;
const SHARE_OF_BASE = /^(\S+?)\s*(%|×|x|\*|times)\s*(?:of\s+)?(?:the\s+)?base$/i;
const FROM_BASE = /^base(?:\s*([-+])\s*(.+))?$/i;
const DECIMAL_COMMA = /\d,\d{1,2}(?!\d)/;

/** A limit read from a text, or why it could not be. */
export type LimitRead =
  | { readonly limit: Limit; readonly problem: null }
  | { readonly limit: null; readonly problem: string };

type Amount = Pick<Limit, "relation" | "value">;

/**
 * What `text` makes of the limit `before`: "10 kB", "≤ 1.2 MiB", "99 %", "50 % of base", "base − 1 %".
 * Without a sign the bound stays.
 */
export function readLimit(text: string, spec: MetricSpec, before: Limit): LimitRead {
  const plain = plainText(text);
  const sign = BOUND.exec(plain)?.[1];
  const amount = readRelation(plain.replace(BOUND, ""), spec);
  if (!amount) return { limit: null, problem: problemOf(text, spec) };
  const bound = sign === undefined ? before.bound : /≤|<|most/i.test(sign) ? "at_most" : "at_least";
  return { limit: { metric: spec.name, bound, ...amount }, problem: null };
}

/** The same limit with the words in which it was typed. */
export function asTyped(limit: Limit, text: string): Limit {
  const typed = text.trim().replace(BOUND, "");
  return typed.length <= LONGEST_TYPED ? { ...limit, typed } : limit;
}

/** A link keeps what was typed; nobody needs more for a limit. */
const LONGEST_TYPED = 40;

function readRelation(text: string, spec: MetricSpec): Amount | null {
  const share = SHARE_OF_BASE.exec(text);
  if (share) return shareOfBase(share[1] ?? "", share[2] === "%" ? 1 : 100);
  const offset = FROM_BASE.exec(text);
  if (offset) return offsetFromBase(offset[1] === "-" ? -1 : 1, offset[2] ?? "0", spec);
  const value = readAmount(text, spec);
  return value === null ? null : { relation: "absolute", value };
}

function shareOfBase(text: string, percent: number): Amount | null {
  const read = numberAndUnit(text);
  if (!read || read.unit !== "") return null;
  return { relation: "base_percent", value: withoutNoise(read.number * percent - 100) };
}

function offsetFromBase(sign: 1 | -1, text: string, spec: MetricSpec): Amount | null {
  const read = numberAndUnit(text);
  if (read?.unit === "%") return { relation: "base_percent", value: sign * read.number };
  const value = readAmount(text, spec);
  return value === null ? null : { relation: "base_plus", value: sign * value };
}

function withoutNoise(value: number): number {
  return Number(value.toPrecision(12));
}

/** What was seen, what a limit is, and how to write it. */
function problemOf(text: string, spec: MetricSpec): string {
  const seen = `“${text.trim()}” is not a limit on ${metricLabel(spec)}.`;
  if (DECIMAL_COMMA.test(text)) return `${seen} Write decimals with a point: “1.5”.`;
  const rule = `Write a number (units: ${unitsTaken(spec)})`;
  return `${seen} ${rule}, “50 % of base” or “base − 5 %”.`;
}

/** From here on a share of the base is easier to read than what is missing to it. */
const FAR_PERCENT = 20;

/** What `readLimit` reads as this limit, without the sign: "44 kB", "50 % of base", "base − 1 %". */
export function limitWords(limit: Limit, spec: MetricSpec): string {
  const { relation, value, typed } = limit;
  if (typed) {
    const read = readLimit(typed, spec, limit).limit;
    if (read?.relation === relation && read.value === value) return typed;
  }
  if (relation === "absolute") return amountText(value, spec);
  if (value === 0) return "base";
  if (relation === "base_percent" && Math.abs(value) >= FAR_PERCENT && value > -100) {
    return `${withoutNoise(100 + value)}\u202f% of base`;
  }
  const size = Math.abs(value);
  const amount =
    relation === "base_percent" ? `${size}\u202f%` : amountText(size, spec).replace("%", "pt");
  return `base ${value < 0 ? "−" : "+"} ${amount}`;
}

/** "latency ≤ 10 ms", "accuracy ≥ base − 1 %", "size ≤ 50 % of base". */
export function limitText({ limit, spec }: KnownLimit): string {
  const sign = limit.bound === "at_most" ? "≤" : "≥";
  return `${metricLabel(spec)} ${sign} ${limitWords(limit, spec)}`;
}
