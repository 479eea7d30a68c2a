import { AUTO_FOLDS, type FoldChoice } from "../map/fold_choice";
import type { Resolution } from "../tradeoffs/near_best";
import type { LinkFacet } from "./facet";

export type ColumnsMode = "operation" | "step";

/** A metric by name, no metric, or the one that suits the models best. */
export type MetricChoice = { kind: "auto" } | { kind: "none" } | { kind: "metric"; name: string };

/** Whether colour shows a metric's value or its change against the parent. */
export type Shade = "value" | "change";

export interface MapLink {
  colour: MetricChoice;
  shade: Shade;
  /** How colours share out the values; "auto": finer near the best where many are. */
  resolution: Resolution | "auto";
  size: MetricChoice;
  columns: ColumnsMode;
  /** What the map is searched for. */
  search: string;
  folds: FoldChoice;
}

export const mapLink: LinkFacet<MapLink> = {
  defaults: {
    colour: { kind: "auto" },
    shade: "value",
    resolution: "auto",
    size: { kind: "auto" },
    columns: "operation",
    search: "",
    folds: AUTO_FOLDS,
  },
  write: ({ colour, shade, resolution, size, columns, search, folds }) => ({
    c: choiceText(colour),
    ch: shade === "change" ? "1" : undefined,
    cr: resolution === "auto" ? undefined : resolution,
    s: choiceText(size),
    cols: columns === "operation" ? undefined : columns,
    q: search || undefined,
    f: foldsText(folds),
  }),
  read: ({ c, ch, cr, s, cols, q = "", f }) => ({
    colour: readChoice(c),
    shade: ch === "1" ? "change" : "value",
    resolution: cr === "even" || cr === "best" ? cr : "auto",
    size: readChoice(s),
    columns: cols === "step" ? "step" : "operation",
    search: q,
    folds: readFolds(f),
  }),
};

const RESTS = { a: "auto", o: "open", f: "folded" } as const;

/** "a;k1,k2": the rest as suits, the cell of k1 opened, and in it that of k2. */
function foldsText({ rest, open }: FoldChoice): string | undefined {
  if (rest === "auto" && open.length === 0) return undefined;
  return `${rest[0]};${open.join(",")}`;
}

/** Links of earlier versions name groups by a model in them, and a third part what is folded. */
function readFolds(text = ""): FoldChoice {
  const [rest = "", open = ""] = text.split(";");
  return {
    rest: Object.hasOwn(RESTS, rest) ? RESTS[rest as keyof typeof RESTS] : "auto",
    open: open.split(",").filter(Boolean),
  };
}

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
