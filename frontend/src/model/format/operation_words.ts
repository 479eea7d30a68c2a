import type { Operation, ParameterValue, Scalar } from "../wire.gen";
import { exactNumber } from "./numbers";

const THIN_SPACE = "\u202f";
const SHARES = /(^|_)(amount|sparsity|ratio|fraction|share|density)$/i;
const COUNTED = /^(epoch|step|iteration|batch|bit|layer|head|block|sample|image)(e?s)?$/i;

/** One value for a table cell or a label: "50 %", "0.01", "conv1, conv2", "yes". */
export function parameterValue(name: string, value: ParameterValue | undefined): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((item) => scalarText(name, item)).join(", ");
  return scalarText(name, value);
}

/** Name and value as one reads them: "50 %", "3 epochs", "rank 16", "per-channel", "no bias". */
export function parameterPhrase(name: string, value: ParameterValue): string {
  const text = parameterValue(name, value);
  if (typeof value === "boolean") return value ? name : `no ${name}`;
  if (typeof value === "number") {
    if (isShare(name, value)) return text;
    const counted = COUNTED.exec(name);
    if (counted) return `${text} ${value === 1 ? counted[1] : pluralOf(name, counted[1] ?? name)}`;
  }
  return `${name} ${text}`;
}

/** All parameters of an operation in one line; "" where there are none. */
export function parametersText(operation: Operation): string {
  const given = Object.entries(operation.parameters).filter(([, value]) => value !== null);
  const [only] = given;
  // A lone word says enough: "int8 quantize per-channel".
  if (only && given.length === 1 && typeof only[1] === "string") return parameterValue(...only);
  return given.map(([name, value]) => parameterPhrase(name, value)).join(", ");
}

/** What a step did, name and parameters: "magnitude prune 50 %"; "" where nobody said. */
export function operationText(operation: Operation | null): string {
  return operation ? `${operation.name} ${parametersText(operation)}`.trim() : "";
}

/** The same for a listener, who does not see a column's header: names stand before all values. */
export function spokenOperation(operation: Operation | null): string {
  if (!operation) return "";
  const given = Object.entries(operation.parameters).filter(([, value]) => value !== null);
  const spoken = given.map(([name, value]) => `${name} ${spokenValue(value)}`);
  return [operation.name, ...spoken].filter(Boolean).join(" ");
}

function spokenValue(value: ParameterValue): string {
  if (Array.isArray(value)) return value.map(spokenValue).join(" and ");
  return typeof value === "number" ? exactNumber(Number(value.toPrecision(9))) : String(value);
}

/** A share of these is plain from the operation: "prune 50 %". */
const PLAIN_SHARES = /^(amount|sparsity)$/i;
const DIGITS = 4;

/**
 * The parameters `names` as briefly as a label says them: "attention 30 %", but "3 epochs, lr 0.1",
 * because a bare number says little, and two say less. `spelled`: with the names of all numbers.
 */
export function labelText(
  operation: Operation | null,
  names: readonly string[],
  spelled = false,
): string {
  const parameters = operation?.parameters ?? {};
  const numbers = names.filter((name) => typeof parameters[name] === "number");
  const parts = names.map((name) => {
    const given = parameters[name];
    if (given === undefined || given === null) return "";
    const value = typeof given === "number" ? Number(given.toPrecision(DIGITS)) : given;
    const text = parameterValue(name, value);
    if (typeof value === "number" && text.endsWith("%")) {
      const plain = PLAIN_SHARES.test(name) && !spelled && numbers.length === 1;
      return plain ? text : `${name} ${text}`;
    }
    const phrase = typeof value === "boolean" || typeof value === "number";
    return phrase ? parameterPhrase(name, value) : text;
  });
  return parts.filter((part) => part !== "").join(numbers.length > 1 ? ", " : " ");
}

/** As numbers that are not finite are given. */
const NON_FINITE = new Map([
  ["Infinity", "∞"],
  ["-Infinity", "−∞"],
]);

function scalarText(name: string, value: Scalar): string {
  switch (typeof value) {
    case "number":
      return isShare(name, value) ? `${tidy(value * 100)}${THIN_SPACE}%` : tidy(value);
    case "boolean":
      return value ? "yes" : "no";
    case "string":
      return NON_FINITE.get(value) ?? value;
    default:
      return "–";
  }
}

function isShare(name: string, value: number): boolean {
  return SHARES.test(name) && value >= 0 && value <= 1;
}

/** Without float noise: 0.6000000000000001 is "0.6". */
function tidy(value: number): string {
  return String(Number(value.toPrecision(9))).replace(/-/g, "−");
}

function pluralOf(name: string, singular: string): string {
  if (name !== singular) return name;
  return singular === "batch" ? "batches" : `${singular}s`;
}
