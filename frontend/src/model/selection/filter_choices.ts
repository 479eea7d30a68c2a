import { NO_OPERATION, parameterOf, parameterText, tagsOf } from "./filter";
import type { Model } from "../wire.gen";

/** One value that a filter may ask for. */
export interface Choice {
  readonly value: string;
  readonly text: string;
  /** How many models have it. */
  readonly count: number;
}

/** A parameter by whose values models can be told apart. */
export interface ParameterChoices {
  readonly name: string;
  /** All its values where they are numbers, more than a few; else null. */
  readonly amounts: readonly number[] | null;
  readonly values: readonly Choice[];
  /** How many models lack it. */
  readonly lacking: number;
}

/** More different numbers than this are filtered by range. */
const FEW_NUMBERS = 8;
/** More different texts than this nobody reads; the search finds them. */
const MOST_VALUES = 40;

export function operationChoices(models: readonly Model[]): Choice[] {
  return counted(models, ({ operation }) => [operation?.name ?? NO_OPERATION], "no operation");
}

export function statusChoices(models: readonly Model[]): Choice[] {
  return counted(models, ({ status }) => [status], "");
}

/** None where no model has a tag. */
export function tagChoices(models: readonly Model[]): Choice[] {
  return models.some(({ tags }) => tags?.length) ? counted(models, tagsOf, "no tag") : [];
}

/** The parameters that have two or more values, those of most models first. */
export function parameterChoices(models: readonly Model[]): ParameterChoices[] {
  const having = new Map<string, Model[]>();
  for (const model of models) {
    for (const name of Object.keys(model.operation?.parameters ?? {})) {
      const known = having.get(name);
      if (known) known.push(model);
      else having.set(name, [model]);
    }
  }
  return [...having]
    .sort(([, a], [, b]) => b.length - a.length)
    .flatMap(([name, own]) => {
      const given = own.map((model) => parameterOf(model, name));
      const numbers = given.filter((value) => typeof value === "number");
      const many = numbers.length === given.length && new Set(numbers).size > FEW_NUMBERS;
      const values = counted(own, (model) => [parameterText(model, name)], "not given");
      if (values.length < 2) return [];
      const lacking = models.length - own.length;
      const shown = values.slice(0, MOST_VALUES);
      return { name, amounts: many ? numbers : null, values: shown, lacking };
    });
}

function counted(
  models: readonly Model[],
  valuesOf: (model: Model) => readonly string[],
  empty: string,
): Choice[] {
  const counts = new Map<string, number>();
  for (const value of models.flatMap(valuesOf)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const collator = new Intl.Collator("en", { numeric: true });
  return [...counts]
    .map(([value, count]) => ({ value, text: value || empty, count }))
    .sort((a, b) => collator.compare(a.value, b.value));
}
