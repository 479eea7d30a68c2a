import { deviation, group, mean } from "d3-array";

import { changeOfNumbers } from "../format/change";
import { parameterValue } from "../format/operation_words";
import { dependsOnProcess } from "../metrics/conditions";
import { estimateOf, type Estimate } from "../metrics/estimate";
import { studentT975 } from "../metrics/student";
import { possibleRange } from "../metrics/possible_range";
import type { Differences, MetricSpec, Model, Variable } from "../wire.gen";
import type { Likeness } from "./likeness";

/** Models that are alike in all variables, and what a metric is of them. */
export interface Point {
  readonly models: readonly Model[];
  /** Models of one number are alike in all but x; a line may join them. */
  readonly stratum: number;
  /** Mean of the models' values, as value or change. */
  readonly value: number;
  /** How well it is known, from replicates or repeats; null where it is not. */
  readonly estimate: Estimate | null;
  /** Whether the metric varies from process to process, of which repeats say nothing. */
  readonly perProcess: boolean;
}

/** The models of one combination of levels, and what a metric is there. */
export interface Cell {
  readonly models: readonly Model[];
  /** Those of the models that have the metric, by what else they differ in. */
  readonly points: readonly Point[];
  /** Whether they differ in other variables too, so that their mean compares unlike things. */
  readonly mixed: boolean;
  /** The mean of all, mixed or not; null where none has the metric. */
  readonly value: number | null;
}

/** A metric over the levels of one or two variables. */
export interface FactorTable {
  readonly x: Variable;
  readonly colour: Variable | null;
  /** Per level of x, per level of colour (one where there is none); null where no model is. */
  readonly cells: readonly (readonly (Cell | null)[])[];
}

/** Models, and which of them may be compared along x. */
export interface Compared extends Pick<Differences, "models"> {
  readonly alike: Likeness;
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
  { models, alike }: Compared,
  x: Variable,
  colour: Variable | null,
  kept: readonly number[],
  byKey: ReadonlyMap<string, Model>,
  shown: Shown,
): FactorTable {
  const groups: Member[][][] = x.levels.map(() => (colour?.levels ?? [null]).map(() => []));
  for (const index of kept) {
    const model = byKey.get(models[index] ?? "");
    const group = groups[x.of[index] ?? -1]?.[colour?.of[index] ?? 0];
    if (!model || !group) continue;
    group.push({ model, stratum: alike.stratum[index] ?? 0, form: alike.form[index] ?? 0 });
  }
  const values = groups.flat(2).flatMap(({ model }) => valueOf(model, shown) ?? []);
  const within = possibleRange(shown.spec, values);
  return {
    x,
    colour,
    cells: groups.map((row) =>
      row.map((members) => (members.length ? cellOf(members, shown, within) : null)),
    ),
  };
}

interface Member {
  readonly model: Model;
  readonly stratum: number;
  readonly form: number;
}

function cellOf(members: readonly Member[], shown: Shown, within: Range): Cell {
  const having = members.filter(({ model }) => valueOf(model, shown) !== null);
  // Models of one recipe are replicates only where a seed, or the user, says so.
  const alike = group(having, ({ model, form }) =>
    model.replicate_group === undefined ? model.key : `${form} ${model.replicate_group}`,
  );
  const points = [...alike.values()].flatMap((of) => pointOf(of, shown, within) ?? []);
  const total = points.reduce((sum, { value, models }) => sum + value * models.length, 0);
  return {
    models: members.map(({ model }) => model),
    points,
    mixed: new Set(having.map(({ form }) => form)).size > 1,
    value: points.length ? total / having.length : null,
  };
}

type Range = readonly [low: number, high: number];

function pointOf(members: readonly Member[], shown: Shown, within: Range): Point | null {
  const models = members.map(({ model }) => model);
  const origin = originOf(shown);
  const value = (mean(models, (model) => valueOf(model, shown)) ?? NaN) - origin;
  if (!Number.isFinite(value)) return null;
  const estimate = estimateFrom(models, shown, within);
  const moved = estimate && {
    ...estimate,
    value: estimate.value - origin,
    low: estimate.low - origin,
    high: estimate.high - origin,
  };
  const perProcess = models.some(({ metrics }) =>
    dependsOnProcess(metrics[shown.spec.name]!, shown.spec),
  );
  return { models, stratum: members[0]!.stratum, value, estimate: moved, perProcess };
}

/**
 * From replicates Student's interval of their mean, else as of the one model's metric. No
 * interval says that a metric is where it cannot be: beyond the ends of its range it is cut, which
 * leaves it as right as it was.
 */
function estimateFrom(models: readonly Model[], shown: Shown, [low, high]: Range): Estimate | null {
  const [only] = models;
  const metric = only?.metrics[shown.spec.name];
  const found =
    models.length > 1
      ? meanEstimate(models.map((model) => valueOf(model, shown) ?? NaN))
      : metric
        ? estimateOf(metric)
        : null;
  return found && { ...found, low: Math.max(found.low, low), high: Math.min(found.high, high) };
}

function meanEstimate(values: readonly number[]): Estimate | null {
  const n = values.length;
  const value = mean(values) ?? NaN;
  const freedom = n - 1;
  const single = { variance: (deviation(values) ?? NaN) ** 2, freedom };
  if (!Number.isFinite(single.variance)) return null;
  const error = Math.sqrt(single.variance / n);
  const reach = studentT975(freedom) * error;
  const [low, high] = [value - reach, value + reach];
  return { value, low, high, error, freedom, single, n, source: "replicates" };
}

function valueOf(model: Model, { spec }: Shown): number | null {
  return model.metrics[spec.name]?.value ?? null;
}

function originOf({ spec, against }: Shown): number {
  return against ? (against.metrics[spec.name]?.value ?? NaN) : 0;
}

/** Indexes of the levels that are numbers; [] where the variable is none. */
export function numbersOf({ numeric, levels }: Variable): number[] {
  if (!numeric) return [];
  return levels.flatMap(({ value }, index) => (typeof value === "number" ? index : []));
}

/** All points of a table. */
export function pointsOf({ cells }: FactorTable): Point[] {
  return cells.flat().flatMap((cell) => cell?.points ?? []);
}

/** Whether any cell holds models that differ in more than the table's variables. */
export function isMixed({ cells }: FactorTable): boolean {
  return cells.flat().some((cell) => cell?.mixed);
}

/** All values and ends of intervals in a table. */
export function extentOf(table: FactorTable): number[] {
  return pointsOf(table).flatMap(({ value, estimate }) =>
    estimate ? [value, estimate.low, estimate.high] : [value],
  );
}

/** Whether anything in a table was measured more than once. */
export function hasNoise(table: FactorTable): boolean {
  return pointsOf(table).some(({ estimate }) => estimate);
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

/** "+0.2 to +87.5 pt": from one difference to another, their unit once. */
export function rangeText(from: number, to: number, write: (amount: number) => string): string {
  const [start, end] = [write(from), write(to)];
  const unit = /\D*$/.exec(end)![0];
  return `${start.endsWith(unit) ? start.slice(0, start.length - unit.length) : start} to ${end}`;
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
