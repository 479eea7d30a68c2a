import { metricFormat, metricLabel } from "../format/metric_format";
import type { AdjustedEffect, Differences, MetricSpec, Variable } from "../wire.gen";
import { differenceText, levelText, rangeText } from "./factors";

/** What is known of a metric in this selection; null where it is the same in all. */
function movedBy(found: Differences, spec: MetricSpec | undefined) {
  return spec && Object.hasOwn(found.metrics, spec.name) ? found.metrics[spec.name]! : null;
}

/** The variables to show a metric by: what moves it most; else what tells the models apart. */
export function defaultVariables(found: Differences, spec: MetricSpec | undefined) {
  const { x, colour } = movedBy(found, spec) ?? found;
  return { x, colour };
}

/** A variable with its share: "amount (62 % of accuracy)", "root (12 % of what differs)". */
export function variableOption(
  found: Differences,
  { id, name, explains }: Variable,
  spec: MetricSpec | undefined,
): string {
  const share = effectOf(found, id, spec)?.share ?? null;
  return share === null || !spec
    ? `${name} (${percent(explains)} of what differs)`
    : `${name} (${percent(share)} of ${metricLabel(spec)})`;
}

/** What the shown variables explain, and of what. */
export function shareWords(
  found: Differences,
  shown: readonly Variable[],
  spec: MetricSpec | undefined,
): string {
  const moved = movedBy(found, spec);
  const shares = shown.flatMap(({ id, name }) => {
    const share = moved && effectOf(found, id, spec)?.share;
    return share == null ? [] : `${name} ${percent(share)}`;
  });
  if (spec && shares.length)
    return `${shares.join(", ")} of ${metricLabel(spec)}’s variance, adjusted`;
  const isDefault = shown[0]?.id === found.x && (shown[1]?.id ?? null) === found.colour;
  return isDefault ? `${percent(found.together)} of what tells the models apart` : "";
}

/**
 * What x does to the metric with all else held: "50 % → 90 %: +0.9 pt (+0.5 to +1.3), all else
 * held", and what plain means say where they mislead; "" where x is all that differs.
 */
export function adjustedWords(found: Differences, x: Variable, spec: MetricSpec): string {
  if (found.variables.length + found.more_variables < 2) return "";
  const moved = movedBy(found, spec);
  const effect = effectOf(found, x.id, spec);
  if (!moved) return "";
  if (!effect) return `${x.name} is not told apart from the other variables.`;
  const { before, after, change, low, high, plain } = effect;
  if (before === null || after === null) return "";
  const levels = `${levelText(x, before)} → ${levelText(x, after)}`;
  if (change === null) return `${levels}: not told apart from what else differs.`;
  const write = (amount: number) => differenceText(amount, spec, metricFormat(spec).full);
  const interval = low === null || high === null ? "" : ` (95 %: ${rangeText(low, high, write)})`;
  const misled =
    plain !== null && misleads(plain, effect)
      ? `; plain means, which mix what else differs, say ${write(plain)}`
      : "";
  const left = found.variables.length + found.more_variables - moved.effects.length;
  const held = left > 0 ? `${moved.effects.length - 1} others held, ${left} not` : "all else held";
  return `${levels}: ${write(change)}${interval}, ${held}${misled}.`;
}

/** A plain difference misleads by its sign, or where half of the larger of both is not the other's. */
function misleads(plain: number, { change, low, high }: AdjustedEffect): boolean {
  if (change === null || (low !== null && high !== null && plain >= low && plain <= high))
    return false;
  return Math.abs(plain - change) > Math.max(Math.abs(plain), Math.abs(change)) / 2;
}

function effectOf(
  found: Differences,
  id: string,
  spec: MetricSpec | undefined,
): AdjustedEffect | undefined {
  return movedBy(found, spec)?.effects.find(({ variable }) => variable === id);
}

function percent(share: number): string {
  if (share > 0 && share < 0.005) return "< 1\u202f%";
  return `${Math.round(share * 100)}\u202f%`;
}
