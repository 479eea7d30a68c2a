import type { LineageNode } from "../../lineage/lineage";
import { levelsOf, MOST_LEVELS, type CellLevels } from "./levels";
import type { CellVariable } from "./variables";

/** Models that stand together, and by which levels. */
export interface FoldedGroup {
  readonly title: readonly string[];
  readonly nodes: readonly LineageNode[];
}

export interface Folding {
  readonly groups: readonly FoldedGroup[];
  /** Names of the variables, the first first. */
  readonly by: readonly string[];
}

/** Folding by a further variable must explain as much more. */
const LEAST_GAIN = 0.01;
const MOST_VARIABLES = 3;

interface Split {
  /** Per model, its group; groups without models have no number. */
  readonly of: Int32Array;
  readonly titles: readonly (readonly string[])[];
  readonly share: number;
}

/**
 * Folds models by the variable that explains most of `values` (NaN: not logged), then by what
 * explains most of the rest, while `room` groups are not exceeded; where nothing explains
 * anything, by the own parameter that shares them out most evenly.
 */
export function foldBy(
  nodes: readonly LineageNode[],
  values: Float64Array,
  variables: readonly CellVariable[],
  room: number,
): Folding {
  let split: Split = { of: new Int32Array(nodes.length), titles: [[]], share: 0 };
  const by: CellVariable[] = [];
  while (by.length < MOST_VARIABLES && split.titles.length * 2 <= room) {
    const left = variables.filter((variable) => !by.includes(variable));
    const next = bestSplit(split, values, left, room, by.length === 0);
    if (!next) break;
    split = next.split;
    by.push(next.variable);
  }
  const groups = split.titles.map((title): { title: readonly string[]; nodes: LineageNode[] } => ({
    title,
    nodes: [],
  }));
  for (const [at, node] of nodes.entries()) groups[split.of[at]!]!.nodes.push(node);
  return { groups, by: by.map(({ name }) => name) };
}

interface Candidate {
  readonly variable: CellVariable;
  readonly split: Split;
  /** What it explains beyond the split before, in hundredths. */
  readonly gain: number;
  readonly evenness: number;
}

function bestSplit(
  before: Split,
  values: Float64Array,
  variables: readonly CellVariable[],
  room: number,
  first: boolean,
): Candidate | null {
  const most = Math.floor(room / before.titles.length);
  let best: Candidate | null = null;
  for (const variable of variables) {
    const levels = levelsOf(variable, first ? most : MOST_LEVELS);
    if (levels.texts.length < 2) continue;
    const split = joined(before, levels, values);
    if (split.titles.length <= before.titles.length || split.titles.length > room) continue;
    const gain = Math.round(100 * (split.share - before.share)) / 100;
    const candidate = { variable, split, gain, evenness: evennessOf(split) };
    if (!best || compare(candidate, best) < 0) best = candidate;
  }
  if (!best) return null;
  return first || best.gain >= LEAST_GAIN ? best : null;
}

/** The more telling first, then own parameters, then what shares out the models most evenly. */
function compare(a: Candidate, b: Candidate): number {
  const [one, other] = [a, b].map(({ gain }) => (gain >= LEAST_GAIN ? gain : 0)) as [
    number,
    number,
  ];
  return other - one || Number(b.variable.own) - Number(a.variable.own) || b.evenness - a.evenness;
}

function joined(before: Split, levels: CellLevels, values: Float64Array): Split {
  const count = levels.texts.length;
  const numbers = new Int32Array(before.titles.length * count).fill(-1);
  for (const [at, level] of levels.of.entries()) numbers[before.of[at]! * count + level] = 0;
  const titles: string[][] = [];
  for (const [pair, used] of numbers.entries()) {
    if (used < 0) continue;
    numbers[pair] = titles.length;
    titles.push([...before.titles[Math.floor(pair / count)]!, levels.texts[pair % count]!]);
  }
  const of = levels.of.map((level, at) => numbers[before.of[at]! * count + level]!);
  return { of, titles, share: explained(of, titles.length, values) };
}

/**
 * The share of the variance of `values` that groups explain, adjusted for how many groups there
 * are: 0 for what chance explains. Values that are not logged do not count.
 */
export function explained(of: Int32Array, groups: number, values: Float64Array): number {
  const sums = new Float64Array(groups);
  const counts = new Int32Array(groups);
  let total = 0;
  let n = 0;
  for (const [at, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    sums[of[at]!]! += value;
    counts[of[at]!]!++;
    total += value;
    n++;
  }
  const used = counts.reduce((sum, count) => sum + Number(count > 0), 0);
  if (n <= used) return 0;
  let within = 0;
  let whole = 0;
  for (const [at, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    within += (value - sums[of[at]!]! / counts[of[at]!]!) ** 2;
    whole += (value - total / n) ** 2;
  }
  return whole > 0 ? Math.max(0, 1 - within / (n - used) / (whole / (n - 1))) : 0;
}

function evennessOf({ of, titles }: Split): number {
  const counts = new Int32Array(titles.length);
  for (const group of of) counts[group]!++;
  return counts.reduce((sum, n) => sum - (n / of.length) * Math.log(n / of.length), 0);
}
