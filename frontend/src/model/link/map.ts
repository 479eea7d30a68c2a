import type { LinkFacet } from "./facet";

export type ColumnsMode = "operation" | "step";

/** A metric by name, no metric, or the one that suits the models best. */
export type MetricChoice = { kind: "auto" } | { kind: "none" } | { kind: "metric"; name: string };

export interface MapLink {
  colour: MetricChoice;
  size: MetricChoice;
  columns: ColumnsMode;
}

export const mapLink: LinkFacet<MapLink> = {
  defaults: { colour: { kind: "auto" }, size: { kind: "auto" }, columns: "operation" },
  write: ({ colour, size, columns }) => ({
    c: choiceText(colour),
    s: choiceText(size),
    cols: columns === "operation" ? undefined : columns,
  }),
  read: ({ c, s, cols }) => ({
    colour: readChoice(c),
    size: readChoice(s),
    columns: cols === "step" ? "step" : "operation",
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
