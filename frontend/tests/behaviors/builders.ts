import type {
  BehaviorMeasure,
  HarmedPair,
  HarmedSlice,
  ModelBehavior,
  ModelHarm,
  SliceCells,
  SliceTable,
} from "../../src/model/wire.gen";

/** Whether each prediction is right, as a rate. */
export const CORRECT = measure({ id: "correct", label: "correct", rate: true });

export function measure(given: Partial<BehaviorMeasure> = {}): BehaviorMeasure {
  return {
    id: "m",
    label: "m",
    unit: "",
    goal: "max",
    rate: false,
    pairwise: false,
    forms: ["value", "difference"],
    ...given,
  };
}

/** What is known of a model of which nothing but its mean is. */
export function behaviorOf(key: string, given: Partial<ModelBehavior> = {}): ModelBehavior {
  return {
    key,
    logged: true,
    n: 3188,
    n_shared: 3188,
    excluded: [],
    value: { n: 3188, value: 0.9589, low: 0.951, high: 0.965 },
    change: null,
    error: null,
    error_relative: null,
    outcomes: null,
    agreement: null,
    answers: [],
    changes: [],
    calibration: null,
    nll: null,
    brier: null,
    kl: null,
    histogram: null,
    ...given,
  };
}

export function harmedSlice(model: string, given: Partial<HarmedSlice> = {}): HarmedSlice {
  return {
    model,
    by: "attribute/scan",
    level: 1,
    name: "scan",
    text: "faint",
    n: 100,
    flips: 17,
    mended: 3,
    rest: { n: 900, flips: 83, mended: 27, change: -0.062 },
    change: -0.14,
    kept: 0.85,
    rest_kept: 0.94,
    lift: 1.3,
    p: 0.001,
    q: 0.01,
    harmed: true,
    small: false,
    groups: null,
    ...given,
  };
}

export function harmedPair(model: string, given: Partial<HarmedPair> = {}): HarmedPair {
  return {
    model,
    by: ["label", "attribute/scan"],
    levels: [7, 1],
    names: ["label", "scan"],
    texts: ["7", "faint"],
    n: 79,
    flips: 60,
    mended: 0,
    rest: { n: 921, flips: 40, mended: 30, change: -0.011 },
    change: -0.76,
    kept: 0.2,
    rest_kept: 0.98,
    lift: 2.9,
    part_lift: 2.1,
    p: 0.001,
    q: 0.02,
    harmed: true,
    groups: null,
    ...given,
  };
}

/** Of a model of which thirty slices were tested and none is harmed. */
export function modelHarm(model: string, given: Partial<ModelHarm> = {}): ModelHarm {
  return {
    model,
    tested: 30,
    pairs_tested: 0,
    harmed: 0,
    pairs_harmed: 0,
    pairs_left_out: 0,
    reason: null,
    could_see: [
      { n: 60, share: 0.2 },
      { n: 100, share: 0.118 },
    ],
    retrained: false,
    replicates: 0,
    units: null,
    churn: { n: 3188, broke: 131, mended: 45 },
    ...given,
  };
}

/** A model's column of slices; `given` rows, the rest unknown. */
export function sliceCells(key: string, rows: number, given: Partial<SliceCells> = {}): SliceCells {
  const nothing = Array.from({ length: rows }, () => null);
  return {
    key,
    n: Array.from({ length: rows }, () => 100),
    value: nothing,
    low: nothing,
    high: nothing,
    change: nothing,
    change_low: nothing,
    change_high: nothing,
    p: nothing,
    q: nothing,
    negative: nothing,
    positive: nothing,
    ...given,
  };
}

/** Slices of one dimension, in this order of levels. */
export function sliceTable(models: SliceCells[], levels: number[]): SliceTable {
  return {
    dataset: "d",
    measure: "correct",
    by: ["attribute/ink"],
    n: levels.length,
    tests: 0,
    offset: 0,
    levels: levels.map((level) => [level]),
    texts: levels.map((level) => [`level ${level}`]),
    instances: levels.map(() => 100),
    small: levels.map(() => false),
    models,
    total: 100 * levels.length,
    left_out: 0,
  };
}
