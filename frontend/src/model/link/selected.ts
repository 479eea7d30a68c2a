import { withAll, type Selection } from "../selection/selection";
import type { LinkFacet } from "./facet";

export interface SelectedLink {
  selection: Selection;
  /** The key that the user made the base; null for the default. */
  base: string | null;
}

export const selectedLink: LinkFacet<SelectedLink> = {
  defaults: { selection: [], base: null },
  write: ({ selection, base }) => ({
    sel: selection.length ? selectionText(selection) : undefined,
    base: base ?? undefined,
  }),
  read: ({ sel = "", base }) => ({ selection: readSelection(sel), base: base || null }),
  // The browser's back button walks selections too.
  step: ({ selection, base }) => [selection.map(({ key }) => key), base],
};

/** Keys in order; `key.slot` where the slot is not the position. */
function selectionText(selection: Selection): string {
  return selection
    .map(({ key, slot }, index) => (slot === index ? key : `${key}.${slot}`))
    .join(",");
}

function readSelection(text: string): Selection {
  const read: { key: string; slot: number }[] = [];
  const keys = new Set<string>();
  const slots = new Set<number>();
  const wanted: string[] = [];
  for (const part of text.split(",")) {
    const [key = "", slotText] = part.split(".");
    if (!key) continue;
    wanted.push(key);
    const slot = slotText === undefined ? read.length : Number(slotText);
    if (!Number.isInteger(slot) || slot < 0 || keys.has(key) || slots.has(slot)) continue;
    keys.add(key);
    slots.add(slot);
    read.push({ key, slot });
  }
  return withAll(read, wanted);
}
