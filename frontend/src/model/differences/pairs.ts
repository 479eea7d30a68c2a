import type { Differences, Effect, MetricSpec, Variable } from "../wire.gen";
import { levelText, rangeText } from "./factors";

/** One contrast of matched pairs in words and numbers. */
export interface PairRow extends Effect {
  readonly key: string;
  readonly variable: Variable;
  readonly before: string;
  readonly after: string;
  /** "better in 4 of 4"; "" of a single pair, which says only how much. */
  readonly words: string;
  /** What is known beyond chance: "better", "worse"; "" where nothing is. */
  readonly verdict: "better" | "worse" | "";
  /** What could be known, where too little is; "" elsewhere. */
  readonly hint: string;
  readonly models: readonly string[];
}

/** What may be chance once in twenty counts as known. */
const LEVEL = 0.05;
/** Fewer pairs may all agree by chance more often. */
export const FEWEST_PAIRS = 6;
/** Half an interval times this is found four times out of five: (1.96 + 0.84) / 1.96. */
const FOUND = 1.43;

/** What each variable does to the metric, all else equal; the largest effects first. */
export function pairRows(
  differences: Differences,
  spec: MetricSpec,
  write: (amount: number) => string,
): PairRow[] {
  const byId = new Map(differences.variables.map((variable) => [variable.id, variable]));
  const rows = differences.pairs.flatMap((contrast): PairRow[] => {
    const variable = byId.get(contrast.variable);
    const effect = Object.hasOwn(contrast.effects, spec.name)
      ? contrast.effects[spec.name]
      : undefined;
    if (!variable || !effect) return [];
    return [
      {
        ...effect,
        key: `${variable.id} ${contrast.before} ${contrast.after}`,
        variable,
        before: levelText(variable, contrast.before),
        after: levelText(variable, contrast.after),
        words: pairWords(effect, spec, write),
        verdict: verdictOf(effect, spec),
        hint: hintOf(effect, write),
        models: contrast.models.flatMap((index) => differences.models[index] ?? []),
      },
    ];
  });
  return rows.sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean));
}

/** "better in 4 of 4, +0.2 pt to +87.5 pt"; no words claim what `hintOf` doubts. */
function pairWords(effect: Effect, spec: MetricSpec, write: (amount: number) => string): string {
  const { pairs, rose, fell, least, most, mean, p } = effect;
  if (pairs < 2) return "";
  const range = `, ${rangeText(least, most, write)}`;
  if (rose + fell === 0 && least === 0 && most === 0) return `the same in ${pairs} of ${pairs}`;
  if (p !== null && p > LEVEL) {
    const more = Math.max(rose, fell);
    return `cannot tell: ${rose === more ? "up" : "down"} in ${more} of ${pairs}${range}`;
  }
  const up = p === null && rose !== fell ? rose > fell : mean > 0;
  return `${wayOf(up, spec)} in ${up ? rose : fell} of ${pairs}${range}`;
}

function wayOf(up: boolean, { goal }: MetricSpec): string {
  if (goal === null) return up ? "up" : "down";
  return up === (goal === "max") ? "better" : "worse";
}

function verdictOf({ mean, q }: Effect, spec: MetricSpec): PairRow["verdict"] {
  if (q === null || q > LEVEL || spec.goal === null || mean === 0) return "";
  return mean > 0 === (spec.goal === "max") ? "better" : "worse";
}

function hintOf(effect: Effect, write: (amount: number) => string): string {
  const { pairs, rose, fell, p, q, low, high } = effect;
  if (p === null || q === null || low === null || high === null) {
    if (pairs < 2 || rose + fell === 0) return "";
    const agree = Math.max(rose, fell) === pairs;
    const odds = agree ? `: chance alone has all ${pairs} agree 1 time in ${2 ** (pairs - 1)}` : "";
    return `too few pairs to rule out chance${odds}; ${FEWEST_PAIRS} that agree would`;
  }
  if (p > LEVEL) {
    const reach = write(((high - low) / 2) * FOUND).replace(/^[+−±]/, "");
    return `a mean change of about ${reach} would have been found`;
  }
  return q > LEVEL ? "may be chance among all the contrasts that were looked at" : "";
}
