import { ascending, extent, quantileSorted } from "d3-array";

import { metricFormat, metricLabel } from "../format/metric_format";
import { counted } from "../format/numbers";
import type { MetricSpec } from "../wire.gen";
import type { ModelDescription } from "./describe";
import { foldName } from "./fold_tree";
import type { Fold } from "./folds";
import type { ColourScale } from "./scales";

/** The best value in a fold, or the median where no end is better; null where there is none. */
export function foldValue({ models }: Fold, colour: ColourScale | null): number | null {
  if (!colour) return null;
  const values = models.map(colour.valueOf).filter((value) => value !== null);
  values.sort(ascending);
  if (colour.better === "low") return values[0] ?? null;
  return (colour.better ? values[values.length - 1] : quantileSorted(values, 0.5)) ?? null;
}

/** How many models of a fold are in `keys`. */
export function countIn({ models }: Fold, keys: { has(key: string): boolean }): number {
  return models.reduce((count, { key }) => count + (keys.has(key) ? 1 : 0), 0);
}

/** "best 0.91", "median 12 ms"; "" where nothing was logged. */
function bestText(fold: Fold, colour: ColourScale | null): string {
  const value = foldValue(fold, colour);
  if (!colour || value === null) return "";
  return `${colour.better ? "best" : "median"} ${colour.text(value)}`;
}

/** "prune × 40, best 0.91 · 3 selected", then shorter texts for less room. */
export function foldTexts(fold: Fold, colour: ColourScale | null, selected: number): string[] {
  const name = foldName(fold.group);
  const chosen = selected > 0 ? ` · ${selected} selected` : "";
  const best = bestText(fold, colour);
  return [
    (best ? `${name}, ${best}` : name) + chosen,
    name + chosen,
    `${fold.models.length} folded${chosen}`,
    String(fold.models.length),
  ];
}

/** What a screen reader says of a fold. */
export function spokenFold(fold: Fold, colour: ColourScale | null, selected: number): string {
  const best = bestText(fold, colour);
  const parts = [
    `${foldWords(fold)}, folded`,
    best && colour ? `${metricLabel(colour.spec)} ${best}` : "",
    selected > 0 ? `${selected} selected` : "",
    parentWords(fold),
  ];
  return parts.filter(Boolean).join(", ");
}

/** Of each metric the lowest and the highest value in the fold. */
export function describeFold(fold: Fold, specs: readonly MetricSpec[]): ModelDescription {
  const metrics = specs.flatMap((spec) => {
    const [low, high] = extent(fold.models, ({ metrics }) => metrics[spec.name]?.value);
    if (low === undefined) return [];
    const { full } = metricFormat(spec);
    const value = low === high ? full(low) : `${full(low)} – ${full(high)}`;
    return [{ name: metricLabel(spec), value, change: "", verdict: "" }];
  });
  return {
    id: foldName(fold.group),
    run: null,
    loggedAs: "",
    operation: foldWords(fold),
    status: "folded: click to unfold, Shift + click to select",
    parents: parentWords(fold),
    tags: [],
    note: "",
    metrics,
  };
}

function foldWords({ group: { members, size, operation } }: Fold): string {
  const more = size - members.length;
  const by = operation === null ? "" : ` by ${operation}`;
  return `${counted(members.length, "model")}${by}${more > 0 ? `, ${more} more made from them` : ""}`;
}

function parentWords({ group: { parent, members } }: Fold): string {
  if (!parent) return "";
  return `${members.length === 1 ? "child" : "children"} of ${parent.model.id}`;
}
