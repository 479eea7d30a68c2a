import type { Variable } from "../wire.gen";

/** More levels than this are not read side by side, nor told apart by colour. */
export const MOST_LEVELS = { x: 40, colour: 12 };

/**
 * `variable` with its `most` most frequent levels, in their order; models of other levels have
 * none (−1).
 */
export function withFewLevels(variable: Variable, most: number): Variable {
  const { levels, of } = variable;
  if (levels.length <= most) return variable;
  const frequency = (level: number) => levels[level]?.models ?? 0;
  const kept = [...levels.keys()]
    .sort((a, b) => frequency(b) - frequency(a) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
  const places = new Map(kept.map((level, place) => [level, place]));
  return {
    ...variable,
    levels: kept.map((level) => levels[level]!),
    of: of.map((level) => places.get(level) ?? -1),
  };
}

/** "40 of 1,204 levels of order"; "" where all are shown. */
export function hiddenLevels(variable: Variable, shown: Variable): string {
  if (shown.levels.length === variable.levels.length) return "";
  const all = variable.levels.length.toLocaleString("en");
  return `${shown.levels.length} of ${all} levels of ${variable.name}`;
}
