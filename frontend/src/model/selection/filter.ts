import { foundBy } from "./model_search";
import { parameterValue } from "../format/operation_words";
import type { Model, ParameterValue } from "../wire.gen";

/** Values to have, any where there is none, and values not to have. */
export interface ValueChoice {
  readonly values: readonly string[];
  readonly without: readonly string[];
}

/** One condition; a model passes where it meets all. An end that is null is open. */
export type Filter =
  | { kind: "metric"; name: string; low: number | null; high: number | null }
  | { kind: "amount"; name: string; low: number | null; high: number | null }
  /** Its values are texts of the parameter's values. */
  | ({ kind: "parameter"; name: string } & ValueChoice)
  | ({ kind: "operation" } & ValueChoice)
  | ({ kind: "status" } & ValueChoice)
  | ({ kind: "tag" } & ValueChoice)
  | { kind: "run"; text: string }
  | { kind: "text"; text: string }
  | { kind: "budgets" };

/** What stands for models without an operation. */
export const NO_OPERATION = "";
/** What stands for models without a tag. */
export const NO_TAG = "";

/** Keys of the models that meet all `filters`; null where there is none. */
export function passing(
  models: readonly Model[],
  filters: readonly Filter[],
  withinBudgets: ReadonlySet<string> | null,
): ReadonlySet<string> | null {
  if (filters.length === 0) return null;
  const tests = filters.map((filter) => testOf(filter, models, withinBudgets));
  const pass = models.filter((model) => tests.every((test) => test(model)));
  return new Set(pass.map(({ key }) => key));
}

function testOf(
  filter: Filter,
  models: readonly Model[],
  withinBudgets: ReadonlySet<string> | null,
): (model: Model) => boolean {
  switch (filter.kind) {
    case "metric":
      return ({ metrics }) => isWithin(metrics[filter.name]?.value, filter);
    case "amount":
      return (model) => isWithin(parameterOf(model, filter.name), filter);
    case "parameter":
      return chosenBy(filter, (model) => parameterText(model, filter.name));
    case "operation":
      return chosenBy(filter, ({ operation }) => operation?.name ?? NO_OPERATION);
    case "status":
      return chosenBy(filter, ({ status }) => status);
    case "tag":
      return anyChosenBy(filter, tagsOf);
    case "run": {
      const text = filter.text.toLowerCase();
      return ({ run }) => run?.toLowerCase().includes(text) ?? false;
    }
    case "text": {
      const found = foundBy(models, filter.text);
      return ({ key }) => found?.has(key) ?? true;
    }
    case "budgets":
      return ({ key }) => withinBudgets?.has(key) ?? true;
  }
}

function chosenBy(
  choice: ValueChoice,
  valueOf: (model: Model) => string,
): (model: Model) => boolean {
  return anyChosenBy(choice, (model) => [valueOf(model)]);
}

/** One of a model's values is wanted, and none of them unwanted. */
function anyChosenBy(
  choice: ValueChoice,
  valuesOf: (model: Model) => readonly string[],
): (model: Model) => boolean {
  const [values, without] = [new Set(choice.values), new Set(choice.without)];
  return (model) => {
    const own = valuesOf(model);
    const wanted = values.size === 0 || own.some((value) => values.has(value));
    return wanted && !own.some((value) => without.has(value));
  };
}

/** The tags of a model as a filter names them. */
export function tagsOf({ tags }: Model): readonly string[] {
  return tags?.length ? tags : [NO_TAG];
}

/** The parameter's value as a filter names it; "" where the model lacks it. */
export function parameterText(model: Model, name: string): string {
  return parameterValue(name, parameterOf(model, name));
}

export function parameterOf(model: Model, name: string): ParameterValue | undefined {
  return model.operation?.parameters[name];
}

function isWithin(
  value: ParameterValue | undefined,
  { low, high }: { low: number | null; high: number | null },
): boolean {
  if (typeof value !== "number") return false;
  return (low === null || value >= low) && (high === null || value <= high);
}

/** Whether two filters are about the same thing, so that one replaces the other. */
export function sameSubject(a: Filter, b: Filter): boolean {
  return a.kind === b.kind && subject(a) === subject(b);
}

function subject(filter: Filter): string {
  return "name" in filter ? filter.name : "";
}
