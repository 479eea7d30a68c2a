import { AUTO_EXPANSION, type Expansion } from "../layers/expansion";
import type { RowSort } from "../layers/sensitivity_rows";
import type { LinkFacet } from "./facet";

export const LAYER_VIEWS = ["weights", "sparsity", "activations"] as const;
export const LAYER_CHARTS = ["heat map", "in order", "cost"] as const;
export type LayerChart = (typeof LAYER_CHARTS)[number];
export const LAYER_RANKINGS = ["start?", "change most?"] as const;
export type LayerRanking = (typeof LAYER_RANKINGS)[number];

/** What the Layers place shows; null for what the server or the data choose. */
export interface LayersLink {
  layerView: (typeof LAYER_VIEWS)[number];
  layerMeasure: string | null;
  /** Null for the heat map where blocks repeat, else all tensors in order. */
  layerChart: LayerChart | null;
  /** Of activations, what the list beside the chart answers: where does it … */
  layerRanking: LayerRanking;
  /** What names are searched for, and whether it is a regular expression. */
  layerSearch: string;
  layerRegex: boolean;
  /** See `layers_sort`; null for the tree. */
  layerSort: string | null;
  expansion: Expansion;
  /** Full names of the first and the last tensor of the brushed part of the network. */
  layerRange: readonly [string, string] | null;
  /** Full name of the row whose details are open, and the model that they look at closely. */
  layer: string | null;
  layerModel: string | null;
  /** Whether it shows what layers bear instead, in which order, and for each byte saved. */
  bears: boolean;
  bearsSort: RowSort | null;
  bearsPerByte: boolean;
  /** For how many bytes the plan is. */
  planBytes: number | null;
}

const RESTS = { a: "auto", o: "all", f: "none" } as const;
const LETTERS = { auto: "a", all: "o", none: "f" } as const;

export const layersLink: LinkFacet<LayersLink> = {
  defaults: {
    layerView: "weights",
    layerMeasure: null,
    layerChart: null,
    layerRanking: "start?",
    layerSearch: "",
    layerRegex: false,
    layerSort: null,
    expansion: AUTO_EXPANSION,
    layerRange: null,
    layer: null,
    layerModel: null,
    bears: false,
    bearsSort: null,
    bearsPerByte: false,
    planBytes: null,
  },
  write: (state) => ({
    lv: state.layerView === "weights" ? undefined : state.layerView,
    lm: state.layerMeasure ?? undefined,
    lc: state.layerChart ?? undefined,
    lt: state.layerRanking === "start?" ? undefined : "most",
    lq: state.layerSearch || undefined,
    lx: state.layerRegex ? "1" : undefined,
    ls: state.layerSort ?? undefined,
    le: expansionText(state.expansion),
    lr: state.layerRange ? JSON.stringify(state.layerRange) : undefined,
    li: state.layer ?? undefined,
    lk: state.layerModel ?? undefined,
    ly: state.bears ? "1" : undefined,
    lo: state.bearsSort ? sortText(state.bearsSort) : undefined,
    lb: state.bearsPerByte ? "1" : undefined,
    lz: state.planBytes === null ? undefined : String(state.planBytes),
  }),
  read: ({ lv, lm, lc, lt, lq, lx, ls, le, lr, li, lk, ly, lo, lb, lz }) => {
    const range = readTexts(lr);
    return {
      layerView: LAYER_VIEWS.find((view) => view === lv) ?? "weights",
      layerMeasure: lm || null,
      layerChart: LAYER_CHARTS.find((chart) => chart === lc) ?? null,
      layerRanking: lt === "most" ? "change most?" : "start?",
      layerSearch: lq ?? "",
      layerRegex: lx === "1",
      layerSort: ls || null,
      expansion: readExpansion(le),
      layerRange: range.length === 2 ? (range as [string, string]) : null,
      layer: li ?? null,
      layerModel: lk || null,
      bears: ly === "1",
      bearsSort: readSort(lo),
      bearsPerByte: lb === "1",
      planBytes: lz !== undefined && /^\d{1,15}$/.test(lz) ? Number(lz) : null,
    };
  },
  // From row to row is one step: who reads through hundreds wants back to the list.
  step: ({ layerView, layer, bears }) => [layerView, layer !== null, bears],
};

const BY_DAMAGE = "damage";

function sortText(sort: RowSort): string {
  if (sort.by === "kind") return "kind";
  return sort.candidate === null ? BY_DAMAGE : `${BY_DAMAGE}:${sort.candidate}`;
}

function readSort(text = ""): RowSort | null {
  if (text === "kind") return { by: "kind" };
  if (text === BY_DAMAGE) return { by: "damage", candidate: null };
  const candidate = text.startsWith(`${BY_DAMAGE}:`) ? text.slice(BY_DAMAGE.length + 1) : "";
  return candidate ? { by: "damage", candidate } : null;
}

/** A letter for the rest, then JSON of the toggled names. */
function expansionText({ rest, toggled }: Expansion): string | undefined {
  if (rest === "auto" && toggled.length === 0) return undefined;
  return LETTERS[rest] + (toggled.length ? JSON.stringify(toggled) : "");
}

function readExpansion(text = "a"): Expansion {
  const letter = text[0] ?? "a";
  const rest = Object.hasOwn(RESTS, letter) ? RESTS[letter as keyof typeof RESTS] : "auto";
  return { rest, toggled: readTexts(text.slice(1)) };
}

function readTexts(text = ""): string[] {
  try {
    const read: unknown = JSON.parse(text || "[]");
    return Array.isArray(read) ? read.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}
