import type { ParameterValue } from "../../wire.gen";
import { compareValues } from "../sibling_order";
import type { CellVariable } from "./variables";

/** The levels of a variable, few enough to stand below each other. */
export interface CellLevels {
  /** Per model, its level. */
  readonly of: Int32Array;
  /** From top to bottom. */
  readonly texts: readonly string[];
  /** Whether several values share a level. */
  readonly coarse: boolean;
}

/** More levels are not read side by side: numbers are cut by quantiles, words keep the frequent. */
export const MOST_LEVELS = 12;

interface Level {
  readonly value: ParameterValue | undefined;
  readonly at: number[];
}

/** `most`: levels that there is room for, 2 at least. */
export function levelsOf(variable: CellVariable, most: number): CellLevels {
  const levels = distinct(variable.values);
  const room = Math.max(2, Math.min(MOST_LEVELS, most));
  const of = new Int32Array(variable.values.length);
  const isNumber = levels.every(({ value }) => value === undefined || typeof value === "number");
  const coarse = levels.length > room;
  const grouped = !coarse
    ? levels.map((level) => ({ text: levelText(variable, level.value), levels: [level] }))
    : isNumber
      ? byQuantiles(variable, levels, room)
      : byFrequency(variable, levels, room);
  for (const [index, group] of grouped.entries()) {
    for (const { at } of group.levels) for (const model of at) of[model] = index;
  }
  return { of, texts: grouped.map(({ text }) => text), coarse };
}

function distinct(values: CellVariable["values"]): Level[] {
  const found = new Map<Level["value"], Level>();
  for (const [model, value] of values.entries()) {
    const key = keyOf(value);
    const level = found.get(key);
    if (level) level.at.push(model);
    else found.set(key, { value, at: [model] });
  }
  return [...found.values()].sort((a, b) => compareValues(a.value, b.value));
}

/** Lists of one content are one value, which no text is. */
function keyOf(value: Level["value"]): Level["value"] {
  if (typeof value === "string") return `"${value}`;
  return Array.isArray(value) ? JSON.stringify(value) : value;
}

interface Grouped {
  readonly text: string;
  readonly levels: readonly Level[];
}

/** About as many models in each; those without a number apart. */
function byQuantiles(variable: CellVariable, levels: readonly Level[], room: number): Grouped[] {
  const without = levels.filter(({ value }) => value === undefined);
  const numbers = levels.filter(({ value }) => value !== undefined);
  const bins = Math.max(1, room - without.length);
  const total = numbers.reduce((sum, { at }) => sum + at.length, 0);
  const groups: Level[][] = [];
  let seen = 0;
  for (const level of numbers) {
    const bin = Math.min(bins - 1, Math.floor((seen * bins) / total));
    (groups[bin] ??= []).push(level);
    seen += level.at.length;
  }
  const grouped = groups
    .filter((group) => group.length > 0)
    .map((group) => ({ text: rangeText(variable, group[0]!, group.at(-1)!), levels: group }));
  return [...without.map((level) => ({ text: variable.without, levels: [level] })), ...grouped];
}

function byFrequency(variable: CellVariable, levels: readonly Level[], room: number): Grouped[] {
  const ranked = [...levels].sort((a, b) => b.at.length - a.at.length);
  const kept = new Set(ranked.slice(0, room - 1));
  const others = levels.filter((level) => !kept.has(level));
  const grouped = levels
    .filter((level) => kept.has(level))
    .map((level) => ({ text: levelText(variable, level.value), levels: [level] }));
  const text = `${others.length.toLocaleString("en")} others`;
  return [...grouped, { text, levels: others }];
}

function levelText({ text, without }: CellVariable, value: ParameterValue | undefined): string {
  return value === undefined ? without : text(value);
}

/** "10 – 25 %", "rank 4 – 8": what both have in common is said once. */
function rangeText({ text }: CellVariable, low: Level, high: Level): string {
  const [from, to] = [low, high].map(({ value }) => text(Number(Number(value).toPrecision(3)))) as [
    string,
    string,
  ];
  if (from === to) return from;
  const isWord = (at: number): boolean => !/[\d.,−]/.test(from[at] ?? "");
  let start = 0;
  while (start < from.length && from[start] === to[start] && isWord(start)) start++;
  const unit = /[^\d]*$/.exec(from)![0];
  const shared = unit !== "" && to.endsWith(unit) ? from.slice(0, from.length - unit.length) : from;
  return `${shared} – ${to.slice(start)}`;
}
