import { MARK_COLOURS } from "../colour/palette";
import {
  ancestorsOf,
  childrenOf,
  descendantsOf,
  parentsOf,
  type Lineage,
} from "../lineage/lineage";

/**
 * The selection is an ordered list of models. Each keeps its slot, and with it its mark (a colour
 * and a shape that are the same in every place), until it leaves the selection.
 */
export type Selection = readonly SelectedModel[];

export interface SelectedModel {
  key: string;
  /** From 0. A model that leaves frees its slot for the next one that comes. */
  slot: number;
}

export type MarkShape = "circle" | "square" | "diamond" | "triangle" | "cross";

export interface SelectionMark {
  /** One of `MARK_COLOURS`. */
  colour: string;
  /** Changes after every eighth model. */
  shape: MarkShape;
}

export type SelectMode = "only" | "toggle";

const SHAPES: readonly MarkShape[] = ["circle", "square", "diamond", "triangle", "cross"];

/** The mark of `slot`; marks repeat after 40. */
export function markOfSlot(slot: number): SelectionMark {
  return {
    colour: MARK_COLOURS[slot % MARK_COLOURS.length] ?? "",
    shape: SHAPES[Math.floor(slot / MARK_COLOURS.length) % SHAPES.length] ?? "circle",
  };
}

/** The mark of each selected model, by key. */
export function marksOf(selection: Selection): ReadonlyMap<string, SelectionMark> {
  return new Map(selection.map(({ key, slot }) => [key, markOfSlot(slot)]));
}

/** More colours than these say nothing: then all have one ink, but for the model that is hovered. */
const MOST_COLOURS = 8;
const ONE_INK: SelectionMark = { colour: "var(--ink)", shape: "circle" };

/** The marks as they are drawn where many models may be selected. */
export function marksOfMany(
  marks: ReadonlyMap<string, SelectionMark>,
  hovered: string | null,
): ReadonlyMap<string, SelectionMark> {
  if (marks.size <= MOST_COLOURS) return marks;
  return new Map([...marks].map(([key, mark]) => [key, key === hovered ? mark : ONE_INK]));
}

export function isSelected(selection: Selection, key: string): boolean {
  return selection.some((selected) => selected.key === key);
}

/** `selection` without `key` if it is in it, else with it. */
export function toggled(selection: Selection, key: string): Selection {
  return isSelected(selection, key)
    ? selection.filter((selected) => selected.key !== key)
    : withAll(selection, [key]);
}

/** `selection` with those of `keys` that it lacks, in the lowest free slots. */
export function withAll(selection: Selection, keys: readonly string[]): Selection {
  const result = [...selection];
  const present = new Set(selection.map(({ key }) => key));
  const used = new Set(selection.map(({ slot }) => slot));
  let slot = 0;
  for (const key of keys) {
    if (present.has(key)) continue;
    while (used.has(slot)) slot++;
    used.add(slot);
    present.add(key);
    result.push({ key, slot });
  }
  return result;
}

/** Whom to add to a selection. */
export const KIN = ["parents", "children", "ancestors", "descendants"] as const;
export type Kin = (typeof KIN)[number];

const KIN_OF: Record<Kin, (lineage: Lineage, key: string) => string[]> = {
  parents: parentsOf,
  children: childrenOf,
  ancestors: ancestorsOf,
  descendants: descendantsOf,
};

/** `selection` with the parents, children … of all that is in it. */
export function withKin(selection: Selection, lineage: Lineage, kin: Kin): Selection {
  return withAll(
    selection,
    selection.flatMap(({ key }) => KIN_OF[kin](lineage, key)),
  );
}

/** Exactly `keys`; those that were selected before keep their slots. */
export function only(selection: Selection, keys: readonly string[]): Selection {
  const wanted = new Set(keys);
  return withAll(
    selection.filter(({ key }) => wanted.has(key)),
    keys,
  );
}
