import { rollup } from "d3-array";

import { labelText, parameterValue } from "../format/operation_words";
import { bothEnds, withoutEnd } from "../labels/short_ids";
import type { Model } from "../wire.gen";
import { ambiguousIds } from "./spoken";
import type { MapLayout, PlacedModel } from "./layout";
import type { ColourScale } from "./scales";

/** What may stand beside a node: the longest text first, shorter ones for less room. */
export type LabelTexts = readonly string[];

const LONGEST = 36;
const SHORTEST_ID = 20;

/**
 * Label texts per model: ids for roots, for others the parameters that tell them apart, without
 * the values that most models of their operation have.
 */
export function labelTexts(layout: MapLayout): Map<string, LabelTexts> {
  const headGroup = groupByHead(layout);
  const underHead = differences(layout.placed, headGroup);
  const amongSiblings = differences(layout.placed, siblingGroup);
  const usual = usualValues(layout.placed);
  const ambiguous = ambiguousIds(layout.placed.map(({ model }) => model));
  const texts = new Map<string, LabelTexts>();
  for (const place of layout.placed) {
    const { id, run, operation } = place.model;
    if (place.parent === null || !operation) {
      const name = ambiguous.has(id) && run !== null ? `${id} (run ${run})` : id;
      texts.set(place.key, shortened([name, id, bothEnds(id, SHORTEST_ID)]));
      continue;
    }
    const head = layout.heads[layout.columns[place.column]!.head];
    const named = head?.operation === null ? `${operation.name} ` : "";
    const isUnusual = (name: string): boolean =>
      usual.get(operation.name)?.get(name) !== valueText(place.model, name);
    if (head?.operation !== null && head?.keys.length === 1) {
      const own = Object.entries(operation.parameters).filter(([name]) => isUnusual(name));
      const names = own.map(([name]) => name);
      texts.set(place.key, shortened([labelText(place.model.operation, names, own.length > 1)]));
      continue;
    }
    const all = (underHead.get(headGroup(place)) ?? []).filter(isUnusual);
    const siblings = (amongSiblings.get(siblingGroup(place)) ?? []).filter(isUnusual);
    const few = siblings.length > 0 ? siblings : all;
    const text = labelText(place.model.operation, all);
    texts.set(
      place.key,
      shortened([`${named}${text}`.trim(), text, labelText(place.model.operation, few)]),
    );
  }
  return texts;
}

/**
 * Per head, what it says of parameters: the names of those that its models differ in, which are
 * what the labels beside the nodes give; else the values that all of them share. By step, the
 * operation where all models of the column have the same one.
 */
export function headNotes(layout: MapLayout): string[] {
  const headGroup = groupByHead(layout);
  const underHead = differences(layout.placed, headGroup);
  return layout.heads.map(({ keys, operation }) => {
    const first = layout.byKey.get(keys[0] ?? "");
    if (!first || operation === null) return "";
    if (layout.mode === "step") return operation;
    if (keys.length === 1) return "";
    const names = underHead.get(headGroup(first)) ?? [];
    if (names.length > 0) return names.join(" · ");
    return labelText(first.model.operation, namesIn([first.model]), true);
  });
}

function groupByHead({ columns }: MapLayout): (place: PlacedModel) => string {
  return ({ column, model }) => `${columns[column]!.head} ${model.operation?.name ?? ""}`;
}

function siblingGroup({ parent, model }: PlacedModel): string {
  return `${parent} ${model.operation?.name ?? ""}`;
}

/** Per group, the names of the parameters that its models differ in. */
function differences(
  placed: readonly PlacedModel[],
  group: (place: PlacedModel) => string,
): Map<string, string[]> {
  const members = new Map<string, Model[]>();
  for (const place of placed) {
    if (!place.model.operation) continue;
    const models = members.get(group(place));
    if (models) models.push(place.model);
    else members.set(group(place), [place.model]);
  }
  return new Map([...members].map(([key, models]) => [key, differing(models)]));
}

/** A value is usual where so many models of an operation have it that it tells nothing apart. */
const USUAL = { share: 0.7, models: 4 };

/** Per operation and parameter name, the usual value's text. */
function usualValues(placed: readonly PlacedModel[]): Map<string, Map<string, string>> {
  const groups = new Map<string, Model[]>();
  for (const { model } of placed) {
    if (!model.operation) continue;
    const models = groups.get(model.operation.name);
    if (models) models.push(model);
    else groups.set(model.operation.name, [model]);
  }
  return new Map([...groups].map(([operation, models]) => [operation, usualOf(models)]));
}

function usualOf(models: readonly Model[]): Map<string, string> {
  const least = Math.max(USUAL.models, models.length * USUAL.share);
  const usual = new Map<string, string>();
  for (const name of namesIn(models)) {
    const counts = rollup(
      models.filter((model) => model.operation?.parameters[name] !== undefined),
      (same) => same.length,
      (model) => valueText(model, name),
    );
    for (const [text, count] of counts) if (count >= least) usual.set(name, text);
  }
  return usual;
}

function namesIn(models: readonly Model[]): string[] {
  return [...new Set(models.flatMap((model) => Object.keys(model.operation?.parameters ?? {})))];
}

function differing(models: readonly Model[]): string[] {
  return namesIn(models).filter((name) => {
    const first = valueText(models[0], name);
    return models.some((model) => valueText(model, name) !== first);
  });
}

function valueText(model: Model | undefined, name: string): string {
  return parameterValue(name, model?.operation?.parameters[name]);
}

/** Each text once, cut to the longest allowed, without empty ones. */
function shortened(texts: readonly string[]): string[] {
  const distinct = new Set(texts.map((text) => withoutEnd(text, LONGEST)));
  return [...distinct].filter((text) => text !== "");
}

/** A smaller share of the largest change has the colour of none. */
const SEEN = 0.01;

/**
 * The texts of labels, with the change against the parent where colours show that: "90 % −72 pt"
 * where there is room, else what they were. A change too small to be seen in colours is left out.
 */
export function withChanges(
  texts: ReadonlyMap<string, LabelTexts>,
  layout: MapLayout,
  colour: ColourScale | null,
): ReadonlyMap<string, LabelTexts> {
  if (colour?.kind !== "change") return texts;
  const changed = new Map(texts);
  for (const { key, model, parent } of layout.placed) {
    const amount = parent === null ? null : colour.valueOf(model);
    if (amount === null || Math.abs(amount) <= colour.high * SEEN) continue;
    const change = colour.text(amount);
    const shorter = texts.get(key) ?? [];
    changed.set(key, shorter[0] ? [`${shorter[0]} ${change}`, ...shorter] : [change]);
  }
  return changed;
}
