import { greatest, least } from "d3-array";

import type { BehaviorRows } from "../link/behaviors";
import type { BehaviorMeasure, Form, ModelBehavior } from "../wire.gen";
import { HARMED_SORTS } from "./harmed_rows";

export interface SortChoice {
  value: string;
  label: string;
}

/** What rows of this kind can be sorted by, apart from a model's column. */
export function commonSorts(rows: BehaviorRows, predicted: boolean, several = false): SortChoice[] {
  if (rows === "slices") {
    return [
      { value: "harm", label: several ? "lost most, any model" : "lost most" },
      { value: "-n", label: "largest" },
      { value: "level", label: "name" },
    ];
  }
  if (rows === "harmed slices") return [...HARMED_SORTS];
  return [
    { value: "order", label: "as logged" },
    { value: "label", label: "label" },
    ...(predicted ? [{ value: "-disagreement", label: "most disagreement" }] : []),
    ...(rows === "forgotten" ? [{ value: "-votes", label: "most votes" }] : []),
  ];
}

/** What broken slices can be sorted by of a model's column. */
export function harmedSorts(key: string, name: string): SortChoice[] {
  return HARMED_SORTS.map(({ value, label }) => ({
    value: `${value}:${key}`,
    label: `${name}: ${label}`,
  }));
}

/** What rows can be sorted by of a model's column; `harm` of several models. */
export function modelSorts(key: string, name: string, base: boolean, harm = false): SortChoice[] {
  const value = [
    { value: `value:${key}`, label: `${name}: lowest` },
    { value: `-value:${key}`, label: `${name}: highest` },
  ];
  if (base) return value;
  return [
    ...(harm ? [{ value: `harm:${key}`, label: `${name}: lost most` }] : []),
    { value: `change:${key}`, label: `${name}: fell most` },
    { value: `-change:${key}`, label: `${name}: rose most` },
    ...value,
  ];
}

/**
 * How slices and instances are sorted before anything is chosen: by the loss of the model that lost
 * most on the whole, else, where anything is `predicted`, by disagreement; null leaves it to
 * the server.
 */
export function firstSort(
  rows: BehaviorRows,
  models: readonly Pick<ModelBehavior, "key" | "change">[],
  goal: BehaviorMeasure["goal"],
  predicted = false,
): string | null {
  if (rows === "harmed slices" || rows === "forgotten") return null;
  const losses = lossesOf(models, goal);
  const [first] = losses;
  if (!first) return rows === "slices" || !predicted ? null : "-disagreement";
  const worst = largest(losses) ?? first;
  if (rows === "slices") return losses.length > 1 ? `harm:${worst.key}` : null;
  return goal === null ? null : `${goal === "max" ? "" : "-"}change:${worst.key}`;
}

interface Loss {
  readonly key: string;
  readonly size: number;
}

/**
 * The model that lost most on the whole, or else predicted otherwise than the base most often; null
 * where neither is known.
 */
export function mostLossy(
  models: readonly Pick<ModelBehavior, "key" | "change" | "agreement">[],
  goal: BehaviorMeasure["goal"],
): string | null {
  const lost = largest(lossesOf(models, goal));
  return lost?.key ?? least(models, ({ agreement }) => agreement?.value ?? NaN)?.key ?? null;
}

function largest(losses: readonly Loss[]): Loss | undefined {
  return greatest(losses, ({ size }) => size);
}

function lossesOf(
  models: readonly Pick<ModelBehavior, "key" | "change">[],
  goal: BehaviorMeasure["goal"],
): Loss[] {
  return models.flatMap(({ key, change }) => {
    const by = change?.value ?? null;
    if (by === null) return [];
    return { key, size: goal === "max" ? -by : goal === "min" ? by : Math.abs(by) };
  });
}

/** By what rows are sorted so, in words: the loss that their columns show; "" for other sorts. */
export function harmSortWords(sort: string, nameOf: (key: string) => string): string {
  if (sort === "harm") return "largest loss first";
  const [, key] = /^harm:(.+)$/s.exec(sort) ?? [];
  return key === undefined ? "" : `largest loss of ${nameOf(key)} first`;
}

/** The sort; null where it is by the column of a model that is not compared. */
export function sortAmong(sort: string | null, compared: readonly string[]): string | null {
  const [, model] = sort?.split(":") ?? [];
  return model === undefined || compared.includes(model) ? sort : null;
}

/** What a click on a model's head sorts by: what its column shows. */
export function columnOf(key: string, base: boolean, rows: BehaviorRows, form: Form): string {
  const asChange = rows === "slices" || form === "difference";
  return `${asChange && !base ? "change" : "value"}:${key}`;
}

/** How rows are sorted by a column now. */
export function directionOf(
  sort: string | null,
  column: string,
): "ascending" | "descending" | "none" {
  return sort === column ? "ascending" : sort === `-${column}` ? "descending" : "none";
}

/** The sort after a click on a column's head: worst first, then best first, then as before. */
export function nextSort(
  sort: string | null,
  column: string,
  goal: BehaviorMeasure["goal"],
): string | null {
  const first = goal === "max" ? column : `-${column}`;
  const second = goal === "max" ? `-${column}` : column;
  return sort === first ? second : sort === second ? null : first;
}
