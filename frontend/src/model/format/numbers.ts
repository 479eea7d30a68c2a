import { format as d3Format } from "d3-format";

export const THIN_SPACE = "\u202f";

/** "1 model", "1,000 models". */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/** More digits than these no measurement has; a file with all of them can be saved. */
export const TIP_DIGITS = 6;

/** `value` with `digits` significant digits, or all before the point where those are more. */
export function roundedNumber(value: number, digits = TIP_DIGITS): string {
  if (!Number.isFinite(value)) return exactNumber(value);
  const size = Math.abs(value);
  if (size >= 10 ** digits && size < 1e21) return exactNumber(Math.round(value));
  return exactNumber(Number(value.toPrecision(digits)));
}

/** Bytes with an SI prefix: "98.7 kB", "1.33 MB". */
export function bytesText(value: number, digits = 3): string {
  const size = Math.abs(value);
  if (size < 1000) return `${threeDigits(value)}${THIN_SPACE}B`;
  // There is no prefix beyond these.
  if (size >= 1e27) return `${withExponent(value)}${THIN_SPACE}B`;
  return `${spaced(d3Format(`.${digits}s`)(value))}B`;
}

/** All digits that tell `value` from its neighbours, grouped by thousands. */
export function exactNumber(value: number): string {
  const size = Math.abs(value);
  // Beyond 1e21 digits follow that the number does not have.
  return size >= 1e3 && size < 1e21 && Number.isInteger(value)
    ? d3Format(",d")(value)
    : String(value).replace(/-/g, "−");
}

/** Three significant digits: "0.124", "1,234", "1.20e−5". */
export function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e7 || size < 1e-4) return withExponent(value);
  if (size >= 1000 || Number.isInteger(value)) return d3Format(",.0f")(value);
  return d3Format(".3r")(value);
}

export function withExponent(value: number): string {
  return d3Format(".2e")(value).replace("e-", "e−");
}

/** The same, with an SI prefix from 10,000 on: "98.7k". */
export function threeDigitsWithPrefix(value: number): string {
  const size = Math.abs(value);
  // There is no prefix beyond these.
  if (size >= 1e27) return withExponent(value);
  return size >= 1e4 ? d3Format(".3s")(value) : threeDigits(value);
}

/** `text` with a thin space before an SI prefix or a percent sign. */
export function spaced(text: string): string {
  return text.replace(/(\d)(%|[yzafpnµmkMGTPEZY])$/, `$1${THIN_SPACE}$2`);
}
