import type { Differences, Effect, MetricSpec, Variable } from "../wire.gen";
import { contrastHint, contrastVerdict, contrastWords } from "../claims/contrasts";
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
    const range = rangeText(effect.least, effect.most, write);
    const facts = { effect, goal: spec.goal, write, range };
    return [
      {
        ...effect,
        key: `${variable.id} ${contrast.before} ${contrast.after}`,
        variable,
        before: levelText(variable, contrast.before),
        after: levelText(variable, contrast.after),
        words: contrastWords(facts),
        verdict: contrastVerdict(effect, spec.goal),
        hint: contrastHint(facts),
        models: contrast.models.flatMap((index) => differences.models[index] ?? []),
      },
    ];
  });
  return rows.sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean));
}
