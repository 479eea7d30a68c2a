import { changeOfNumbers } from "../format/change";
import { parameterValue } from "../format/operation_words";
import { sampleEstimate, type Estimate } from "../metrics/estimate";
import type { Differences, MetricSpec, Model, Variable } from "../wire.gen";

/** The models of one combination of levels, and what a metric is there. */
export interface Cell {
  readonly models: readonly Model[];
  /** Mean of the models' values, as value or change; null where none has one. */
  readonly value: number | null;
  /** How well it is known, from replicates or repeats; null where it is not. */
  readonly estimate: Estimate | null;
}

/** A metric over the levels of one or two variables. */
export interface FactorTable {
  readonly x: Variable;
  readonly colour: Variable | null;
  /** Per level of x, per level of colour (one where there is none); null where no model is. */
  readonly cells: readonly (readonly (Cell | null)[])[];
}

/** A level in words, a parameter as it is written everywhere: "50 %". */
export function levelText(variable: Variable, index: number): string {
  const level = variable.levels[index];
  if (!level) return "";
  const { parameter, kind } = variable;
  if (kind !== "parameter" || parameter === undefined || level.value === null) return level.text;
  return parameterValue(parameter, level.value);
}

/** How a metric is shown: as it is, or as its change against the base. */
export interface Shown {
  readonly spec: MetricSpec;
  /** The base whose value is subtracted; null for values. */
  readonly against: Model | null;
}

/** Indexes of the models whose levels are all among the kept ones. */
export function keptModels(
  { models, variables }: Differences,
  levels: Readonly<Record<string, readonly string[]>>,
): number[] {
  const narrowed = variables.flatMap((variable) => {
    const texts = levels[variable.id];
    if (!texts) return [];
    const kept = new Set(texts);
    return [{ of: variable.of, kept: variable.levels.map(({ text }) => kept.has(text)) }];
  });
  return models.flatMap((_, model) =>
    narrowed.every(({ of, kept }) => kept[of[model] ?? -1]) ? [model] : [],
  );
}

/** The metric of the models at the indexes `kept`, by the levels of `x` and `colour`. */
export function factorTable(
  differences: Pick<Differences, "models">,
  x: Variable,
  colour: Variable | null,
  kept: readonly number[],
  byKey: ReadonlyMap<string, Model>,
  shown: Shown,
): FactorTable {
  const groups: Model[][][] = x.levels.map(() => (colour?.levels ?? [null]).map(() => []));
  for (const index of kept) {
    const model = byKey.get(differences.models[index] ?? "");
    const group = groups[x.of[index] ?? -1]?.[colour?.of[index] ?? 0];
    if (model && group) group.push(model);
  }
  return {
    x,
    colour,
    cells: groups.map((row) => row.map((models) => (models.length ? cellOf(models, shown) : null))),
  };
}

function cellOf(models: readonly Model[], { spec, against }: Shown): Cell {
  const origin = against ? (against.metrics[spec.name]?.value ?? NaN) : 0;
  const values = models.flatMap(({ metrics }) => metrics[spec.name]?.value ?? []);
  const [only] = models;
  const repeats = only?.metrics[spec.name]?.repeats.filter((value) => value !== null) ?? [];
  const sample = models.length > 1 ? values : repeats;
  const known = sampleEstimate(sample, models.length > 1 ? "replicates" : "repeats");
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const estimate = known && moved(known, origin);
  const value = values.length && Number.isFinite(mean - origin) ? mean - origin : null;
  return { models, value, estimate };
}

function moved(estimate: Estimate, by: number): Estimate {
  const { value, low, high } = estimate;
  return { ...estimate, value: value - by, low: low - by, high: high - by };
}

/** All values and ends of intervals in a table. */
export function extentOf({ cells }: FactorTable): number[] {
  return cells.flat().flatMap((cell) => {
    if (cell?.value == null) return [];
    return cell.estimate ? [cell.value, cell.estimate.low, cell.estimate.high] : [cell.value];
  });
}

/** Whether anything in a table was measured more than once. */
export function hasNoise({ cells }: FactorTable): boolean {
  return cells.flat().some((cell) => cell?.estimate);
}

/** One contrast of matched pairs in words and numbers. */
export interface PairRow {
  readonly key: string;
  readonly variable: Variable;
  readonly before: string;
  readonly after: string;
  readonly pairs: number;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly spread: number | null;
  /** "better", "worse", "cannot tell"; "" where one pair or no goal says nothing. */
  readonly verdict: string;
  readonly models: readonly string[];
}

/** What each variable does to the metric, all else equal; the largest effects first. */
export function pairRows(differences: Differences, spec: MetricSpec): PairRow[] {
  const byId = new Map(differences.variables.map((variable) => [variable.id, variable]));
  const rows = differences.pairs.flatMap((contrast): PairRow[] => {
    const variable = byId.get(contrast.variable);
    const effect = Object.hasOwn(contrast.effects, spec.name)
      ? contrast.effects[spec.name]
      : undefined;
    if (!variable || !effect) return [];
    const before = levelText(variable, contrast.before);
    const after = levelText(variable, contrast.after);
    const { pairs, mean, low, high, spread } = effect;
    const models = contrast.models.flatMap((index) => differences.models[index] ?? []);
    const key = `${variable.id} ${contrast.before} ${contrast.after}`;
    const verdict = verdictOf(mean, low, high, spec);
    return [{ key, variable, before, after, pairs, mean, low, high, spread, verdict, models }];
  });
  return rows.sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean));
}

function verdictOf(
  mean: number,
  low: number | null,
  high: number | null,
  { goal }: MetricSpec,
): string {
  if (low === null || high === null) return "";
  if (low <= 0 && high >= 0) return "cannot tell";
  if (goal === null) return "";
  return mean > 0 === (goal === "max") ? "better" : "worse";
}

/** A difference of two values of `spec`, as a change reads: "+1.2 pt", "−3.1 ms". */
export function differenceText(
  amount: number,
  spec: MetricSpec,
  write: (value: number) => string,
): string {
  const { kind } = changeOfNumbers(amount, 0, spec);
  const text = write(Math.abs(amount));
  const sign = amount < 0 ? "−" : amount > 0 ? "+" : "±";
  return kind === "points" ? `${sign}${text.replace("%", "pt")}` : sign + text;
}

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
