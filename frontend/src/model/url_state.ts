import type { TableSort } from "./table_sort";
import { withAll, type Selection } from "./selection";

export type ColumnsMode = "operation" | "step";

/** A metric by name, no metric, or the one that suits the models best. */
export type MetricChoice = { kind: "auto" } | { kind: "none" } | { kind: "metric"; name: string };

/** What a link keeps. */
export interface LinkState {
  selection: Selection;
  /** The key that the user made the base; null for the default. */
  base: string | null;
  colour: MetricChoice;
  size: MetricChoice;
  columns: ColumnsMode;
  sort: TableSort | null;
  /** Pixels. */
  detailsWidth: number;
  /** Pixels. */
  tableHeight: number;
}

export const DEFAULT_LINK_STATE: LinkState = {
  selection: [],
  base: null,
  colour: { kind: "auto" },
  size: { kind: "auto" },
  columns: "operation",
  sort: null,
  detailsWidth: 376,
  tableHeight: 272,
};

/** Panel sizes that a link may ask for, in pixels; the page narrows them further to what fits. */
const SIZES = { least: 80, most: 4000 };

type Values = Record<string, string>;

/** `state` as short keys and values; what is at its default is left out. */
export function toLink(state: LinkState): Values {
  const values: Values = {};
  if (state.selection.length) values["sel"] = selectionText(state.selection);
  if (state.base !== null) values["base"] = state.base;
  if (state.colour.kind !== "auto") values["c"] = choiceText(state.colour);
  if (state.size.kind !== "auto") values["s"] = choiceText(state.size);
  if (state.columns !== DEFAULT_LINK_STATE.columns) values["cols"] = state.columns;
  if (state.sort) values["sort"] = (state.sort.descending ? "-" : "+") + state.sort.column;
  if (state.detailsWidth !== DEFAULT_LINK_STATE.detailsWidth) {
    values["dw"] = String(state.detailsWidth);
  }
  if (state.tableHeight !== DEFAULT_LINK_STATE.tableHeight) {
    values["th"] = String(state.tableHeight);
  }
  return values;
}

/** The state of a link; what it leaves out or spells wrongly is at its default. */
export function fromLink(values: Readonly<Values>): LinkState {
  return {
    selection: readSelection(values["sel"] ?? ""),
    base: values["base"] || null,
    colour: readChoice(values["c"]),
    size: readChoice(values["s"]),
    columns: values["cols"] === "step" ? "step" : DEFAULT_LINK_STATE.columns,
    sort: readSort(values["sort"] ?? ""),
    detailsWidth: readSize(values["dw"], DEFAULT_LINK_STATE.detailsWidth),
    tableHeight: readSize(values["th"], DEFAULT_LINK_STATE.tableHeight),
  };
}

/** Keys in order; `key.slot` where the slot is not the position. */
function selectionText(selection: Selection): string {
  return selection
    .map(({ key, slot }, index) => (slot === index ? key : `${key}.${slot}`))
    .join(",");
}

function readSelection(text: string): Selection {
  const read: { key: string; slot: number }[] = [];
  for (const part of text.split(",")) {
    const [key = "", slotText] = part.split(".");
    const slot = slotText === undefined ? read.length : Number(slotText);
    const clash = read.some((other) => other.key === key || other.slot === slot);
    if (!key || !Number.isInteger(slot) || slot < 0 || clash) continue;
    read.push({ key, slot });
  }
  const asked = text.split(",").map((part) => part.split(".")[0] ?? "");
  return withAll(
    read,
    asked.filter((key) => key !== ""),
  );
}

const NONE = "!";

/** A metric's name; `!` for none, so that a name that begins with one gets a second. */
function choiceText(choice: Exclude<MetricChoice, { kind: "auto" }>): string {
  if (choice.kind === "none") return NONE;
  return choice.name.startsWith(NONE) ? NONE + choice.name : choice.name;
}

function readChoice(text: string | undefined): MetricChoice {
  if (!text) return { kind: "auto" };
  if (text === NONE) return { kind: "none" };
  return { kind: "metric", name: text.startsWith(NONE) ? text.slice(1) : text };
}

function readSort(text: string): TableSort | null {
  const match = /^([+-])(.+)$/s.exec(text);
  return match?.[2] ? { column: match[2], descending: match[1] === "-" } : null;
}

function readSize(text: string | undefined, fallback: number): number {
  const size = Number(text ?? NaN);
  return size >= SIZES.least && size <= SIZES.most ? Math.round(size) : fallback;
}
