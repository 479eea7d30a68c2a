import { TIP_DIGITS } from "./metric_format";
import type { Model } from "../wire.gen";

/** Values that differ by less than this share differ by how they were computed. */
const NOISE_DIGITS = 12;

/** How many digits a tooltip needs so that different ones of `values` look different. */
export function tellingDigits(values: readonly number[]): number {
  const different = new Set(values.map((value) => value.toPrecision(NOISE_DIGITS))).size;
  let digits = TIP_DIGITS;
  while (digits < NOISE_DIGITS) {
    if (new Set(values.map((value) => value.toPrecision(digits))).size === different) break;
    digits++;
  }
  return digits;
}

const known = new WeakMap<readonly Model[], Map<string, number>>();

/** As many digits as tell the values of `metric` of these models apart. */
export function digitsAmong(models: readonly Model[], metric: string): number {
  let digits = known.get(models);
  if (!digits) known.set(models, (digits = new Map<string, number>()));
  let own = digits.get(metric);
  if (own === undefined) {
    own = tellingDigits(models.flatMap(({ metrics }) => metrics[metric]?.value ?? []));
    digits.set(metric, own);
  }
  return own;
}
