// Generated from tensorboard_cnc/wire/ by `make types`; edit it there.

export type Scalar = string | number | boolean | null;

export type ParameterValue = Scalar | Scalar[];

export type NonFinite = "NaN" | "Infinity" | "-Infinity";

/** Body of a 4xx answer. */
export interface RequestError {
  error: string;
}

/** The step that made a model; a non-finite parameter is given as its NonFinite name. */
export interface Operation {
  name: string;
  parameters: Record<string, ParameterValue>;
}

/** One metric of one model. `value` is the median of `repeats`, null where not finite. */
export interface Metric {
  value: number | null;
  repeats: (number | null)[];
  step: number | null;
  /** The value where it is not finite. */
  nonfinite?: NonFinite;
  /** The machine that logged it. */
  host?: string;
  /** The run it came from, where that is not the model's. */
  run?: string;
  /** The ordinary TensorBoard scalar it was taken from. */
  scalar?: string;
}

/** What else was logged of a model. */
export interface Logged {
  predictions: string[];
  weights: boolean;
  activations: boolean;
}

/** One node of the lineage. A "missing" model is a parent that nobody logged. */
export interface Model {
  key: string;
  id: string;
  run: string | null;
  /** Keys; the first is the main parent. */
  parents: string[];
  /** Those of `parents` that were chosen among several models of the same id. */
  assumed?: string[];
  operation: Operation | null;
  status: "running" | "finished" | "failed" | "missing";
  /** Why it failed. */
  reason?: string;
  description?: string;
  checkpoint?: string;
  created: number | null;
  /** When anything of it was last logged. */
  updated: number | null;
  metrics: Record<string, Metric>;
  logged: Logged;
}

/** A limit: value, base + value ("base_plus"), or base x (1 + value/100) ("base_percent"). */
export interface Budget {
  bound: "at_most" | "at_least";
  value: number;
  relation: "absolute" | "base_plus" | "base_percent";
}

/** How to read one metric. `guessed`: nobody defined the goal, it is inferred from the name. */
export interface MetricSpec {
  name: string;
  goal: "max" | "min" | null;
  guessed: boolean;
  unit: string;
  /** A d3-format specifier, or "" for three significant digits. */
  format: string;
  low: number | null;
  high: number | null;
  primary: boolean;
  budget: Budget | null;
  scalar: string;
}

/** One kind of operation, with all parameter names seen, in order of first appearance. */
export interface OperationSummary {
  name: string;
  parameters: string[];
  models: number;
}

/** Something that could not be read or resolved. The rest is shown all the same. */
export interface Problem {
  message: string;
  remedy: string;
  /** Null where it concerns no single run, model (key) or tag. */
  run: string | null;
  model: string | null;
  tag: string | null;
}

/** Answer of the `models` route; models in order of creation, missing ones last. */
export interface Models {
  models: Model[];
  metrics: MetricSpec[];
  operations: OperationSummary[];
  datasets: string[];
  problems: Problem[];
}

/** One value of a variable; null where the model lacks the step or the parameter. */
export interface Level {
  value: ParameterValue;
  /** "without", "not given", the value, or for a step its operation and what of it differs. */
  text: string;
  models: number;
}

/** One thing that differs within the selection; its levels ascend where they are numbers. */
export interface Variable {
  id: string;
  name: string;
  kind: "parameter" | "step" | "alternatives" | "parents" | "order" | "root";
  operation?: string;
  /** Which of several steps of the same operation, from 1. */
  repeat?: number;
  parameter?: string;
  numeric: boolean;
  levels: Level[];
  /** Index of each model's level, in the order of Differences.models. */
  of: number[];
  /** Share of what distinguishes the selection that this variable alone tells, 0 to 1. */
  explains: number;
  /** Names of what always moves together with it and was joined to it. */
  joined: string[];
}

/** Mean change of one metric over matched pairs; the interval needs two or more. */
export interface Effect {
  pairs: number;
  mean: number;
  /** Standard deviation of the change, null of a single pair. */
  spread: number | null;
  /** 95 % interval of the mean. */
  low: number | null;
  high: number | null;
}

/** Models that are the same but for one variable, replicates averaged first. */
export interface MatchedPairs {
  variable: string;
  /** Indexes of its levels. */
  before: number;
  after: number;
  pairs: number;
  /** Indexes of the models in any of the pairs; at most 200. */
  models: number[];
  effects: Record<string, Effect>;
}

/** Why these models differ; variables with the most telling first. */
export interface Differences {
  models: string[];
  variables: Variable[];
  /** How many more variables there are than listed. */
  more_variables: number;
  /** Ids of the one or two variables that tell most together. */
  x: string | null;
  colour: string | null;
  /** Share of what distinguishes the selection that these two tell, 0 to 1. */
  together: number;
  /** Groups of models that nothing but a seed tells apart. */
  replicates: number[][];
  pairs: MatchedPairs[];
  /** Position from the root of the first step in which the recipes differ. */
  first_difference: number | null;
}
