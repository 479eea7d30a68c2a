import type { LinkFacet } from "./facet";

export type ColumnsMode = "operation" | "step";

/** A metric by name, no metric, or the one that suits the models best. */
export type MetricChoice = { kind: "auto" } | { kind: "none" } | { kind: "metric"; name: string };

export interface MapLink {
  colour: MetricChoice;
  size: MetricChoice;
  columns: ColumnsMode;
  /** What the map is searched for. */
  search: string;
}

export const mapLink: LinkFacet<MapLink> = {
  defaults: { colour: { kind: "auto" }, size: { kind: "auto" }, columns: "operation", search: "" },
  write: ({ colour, size, columns, search }) => ({
    c: choiceText(colour),
    s: choiceText(size),
    cols: columns === "operation" ? undefined : columns,
    q: search || undefined,
  }),
  read: ({ c, s, cols, q = "" }) => ({
    colour: readChoice(c),
    size: readChoice(s),
    columns: cols === "step" ? "step" : "operation",
    search: q,
  }),
};

const NONE = "!";

/** A metric's name; `!` for none, so that a name that begins with one gets a second. */
export function choiceText(choice: MetricChoice): string | undefined {
  if (choice.kind === "auto") return undefined;
  if (choice.kind === "none") return NONE;
  return choice.name.startsWith(NONE) ? NONE + choice.name : choice.name;
}

export function readChoice(text: string | undefined): MetricChoice {
  if (!text) return { kind: "auto" };
  if (text === NONE) return { kind: "none" };
  return { kind: "metric", name: text.startsWith(NONE) ? text.slice(1) : text };
}
