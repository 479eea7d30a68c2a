import type { ChosenGoals } from "../metrics/metric_choice";
import type { Limit } from "../tradeoffs/budget";
import type { LinkFacet } from "./facet";
import { choiceText, readChoice, type MetricChoice } from "./map";

export type ScaleChoice = "auto" | "linear" | "log";

/** Ends of both axes. */
export type ScatterZoom = readonly [left: number, right: number, bottom: number, top: number];

export interface TradeoffsLink {
  x: MetricChoice;
  y: MetricChoice;
  xScale: ScaleChoice;
  yScale: ScaleChoice;
  /** What part of the plane is shown; null for all, or for most where the rest is far away. */
  scatterZoom: ScatterZoom | "all" | null;
  /** Whether arrows lead from parents to selected models. */
  trace: boolean;
  /** The limits that the user set; null for those that were logged. */
  budgets: readonly Limit[] | null;
  /** Which way is better, where the user had to say so. */
  goals: ChosenGoals;
}

export const tradeoffsLink: LinkFacet<TradeoffsLink> = {
  defaults: {
    x: { kind: "auto" },
    y: { kind: "auto" },
    xScale: "auto",
    yScale: "auto",
    scatterZoom: null,
    trace: true,
    budgets: null,
    goals: {},
  },
  write: (state) => ({
    x: choiceText(state.x),
    y: choiceText(state.y),
    xl: state.xScale === "auto" ? undefined : state.xScale,
    yl: state.yScale === "auto" ? undefined : state.yScale,
    z: state.scatterZoom === "all" ? "all" : state.scatterZoom?.join(","),
    tr: state.trace ? undefined : "0",
    bud: state.budgets ? JSON.stringify(state.budgets.map(limitItems)) : undefined,
    goal: Object.keys(state.goals).length ? JSON.stringify(Object.entries(state.goals)) : undefined,
  }),
  read: (values) => ({
    x: readChoice(values["x"]),
    y: readChoice(values["y"]),
    xScale: readScale(values["xl"]),
    yScale: readScale(values["yl"]),
    scatterZoom: readZoom(values["z"]),
    trace: values["tr"] !== "0",
    budgets: values["bud"] === undefined ? null : readList(values["bud"]).flatMap(readLimit),
    goals: Object.fromEntries(readList(values["goal"]).flatMap(readGoal)),
  }),
};

const BOUNDS = { "<": "at_most", ">": "at_least" } as const;
const RELATIONS = { "=": "absolute", "+": "base_plus", "%": "base_percent" } as const;

function limitItems({ metric, bound, relation, value, typed }: Limit): unknown[] {
  const sign = bound === "at_most" ? "<" : ">";
  const kind = relation === "absolute" ? "=" : relation === "base_plus" ? "+" : "%";
  return [metric, sign + kind, value, ...(typed ? [typed] : [])];
}

function readLimit(item: unknown): Limit[] {
  if (!Array.isArray(item)) return [];
  const [metric, signs, value, typed] = item as unknown[];
  if (typeof metric !== "string" || typeof signs !== "string" || typeof value !== "number") {
    return [];
  }
  const bound = BOUNDS[signs[0] as keyof typeof BOUNDS];
  const relation = RELATIONS[signs[1] as keyof typeof RELATIONS];
  if (!bound || !relation) return [];
  return [{ metric, bound, relation, value, ...(typeof typed === "string" ? { typed } : {}) }];
}

function readGoal(item: unknown): [string, "max" | "min"][] {
  if (!Array.isArray(item)) return [];
  const [name, goal] = item as unknown[];
  return typeof name === "string" && (goal === "max" || goal === "min") ? [[name, goal]] : [];
}

function readScale(text: string | undefined): ScaleChoice {
  return text === "linear" || text === "log" ? text : "auto";
}

function readZoom(text = ""): TradeoffsLink["scatterZoom"] {
  if (text === "all") return "all";
  const ends = text.split(",").map((end) => (end === "" ? NaN : Number(end)));
  const [left, right, bottom, top] = ends;
  if (left === undefined || right === undefined || bottom === undefined || top === undefined) {
    return null;
  }
  return ends.every(Number.isFinite) && left < right && bottom < top
    ? [left, right, bottom, top]
    : null;
}

function readList(text: string | undefined): unknown[] {
  try {
    const read: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}
