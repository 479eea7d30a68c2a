import type { LinkFacet } from "./facet";

export const BEHAVIOR_ROWS = [
  "slices",
  "harmed slices",
  "broken",
  "instances",
  "forgotten",
] as const;
export type BehaviorRows = (typeof BEHAVIOR_ROWS)[number];

/** What the Behaviors place shows; null for what the server or the data choose. */
export interface BehaviorsLink {
  /** Key of a data set and id of a measure. */
  evaluation: string | null;
  measure: string | null;
  /** A `Form`. */
  form: string | null;
  behaviorRows: BehaviorRows | null;
  /** Ids of one or two dimensions, joined by a line break. */
  slicedBy: string | null;
  behaviorSort: string | null;
  /** JSON of `Condition[]`, "" for none. */
  conditions: string;
  /** Id of the instance whose details are open. */
  instance: string | null;
  /** Whether forgotten instances are those of all descendants of the base. */
  wholeFamily: boolean;
  /** Key of the model whose column is wide. */
  focusedModel: string | null;
  /** Whether a model's summary is open beside the rows; null: where there is room. */
  modelPane: boolean | null;
  /** Whether slices of few instances are listed too. */
  smallSlices: boolean;
}

export const behaviorsLink: LinkFacet<BehaviorsLink> = {
  defaults: {
    evaluation: null,
    measure: null,
    form: null,
    behaviorRows: null,
    slicedBy: null,
    behaviorSort: null,
    conditions: "",
    instance: null,
    wholeFamily: false,
    focusedModel: null,
    modelPane: null,
    smallSlices: false,
  },
  write: (state) => ({
    bd: state.evaluation ?? undefined,
    bm: state.measure ?? undefined,
    bf: state.form ?? undefined,
    br: state.behaviorRows ?? undefined,
    bb: state.slicedBy ?? undefined,
    bs: state.behaviorSort ?? undefined,
    bw: state.conditions || undefined,
    bi: state.instance ?? undefined,
    bk: state.wholeFamily ? "1" : undefined,
    bh: state.focusedModel ?? undefined,
    bp: state.modelPane === null ? undefined : state.modelPane ? "1" : "0",
    bl: state.smallSlices ? "1" : undefined,
  }),
  read: ({ bd, bm, bf, br, bb, bs, bw, bi, bk, bh, bp, bl }) => ({
    evaluation: bd ?? null,
    measure: bm ?? null,
    form: bf ?? null,
    behaviorRows: BEHAVIOR_ROWS.find((rows) => rows === br) ?? null,
    slicedBy: bb ?? null,
    behaviorSort: bs ?? null,
    conditions: bw ?? "",
    instance: bi ?? null,
    wholeFamily: bk === "1",
    focusedModel: bh ?? null,
    modelPane: bp === "1" ? true : bp === "0" ? false : null,
    smallSlices: bl === "1",
  }),
  // From instance to instance is one step: who reads through hundreds wants back to the list.
  step: ({ behaviorRows, slicedBy, instance }) => [behaviorRows, slicedBy, instance !== null],
};
