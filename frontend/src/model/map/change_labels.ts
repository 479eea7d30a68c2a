import type { LabelTexts } from "./labels";
import type { MapLayout } from "./layout";
import type { ColourScale } from "./scales";

/** A smaller share of the largest change has the colour of none. */
const SEEN = 0.01;

/**
 * The texts of labels, with the change against the parent where colours show that: "90 % −72 pt"
 * where there is room, else what they were. A change too small to be seen in colours is left out;
 * folds tell their own.
 */
export function withChanges(
  texts: ReadonlyMap<string, LabelTexts>,
  layout: MapLayout,
  folds: ReadonlyMap<string, unknown>,
  colour: ColourScale | null,
): ReadonlyMap<string, LabelTexts> {
  if (colour?.kind !== "change") return texts;
  const told = new Map(texts);
  for (const { key, model, parent } of layout.placed) {
    const amount = parent === null || folds.has(key) ? null : colour.valueOf(model);
    if (amount === null || Math.abs(amount) <= colour.high * SEEN) continue;
    const change = colour.text(amount);
    const shorter = texts.get(key) ?? [];
    told.set(key, shorter[0] ? [`${shorter[0]} ${change}`, ...shorter] : [change]);
  }
  return told;
}
