// Generated from tensorboard_cnc/wire/ by `make types`; edit it there.

/** What 2.5 % of Student's t exceed, with 1 to 100 degrees of freedom. */
export const STUDENT_T_975: readonly number[] = [
  12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814, 2.20099,
  2.17881, 2.16037, 2.14479, 2.13145, 2.11991, 2.10982, 2.10092, 2.09302, 2.08596, 2.07961, 2.07387,
  2.06866, 2.0639, 2.05954, 2.05553, 2.05183, 2.04841, 2.04523, 2.04227, 2.03951, 2.03693, 2.03452,
  2.03224, 2.03011, 2.02809, 2.02619, 2.02439, 2.02269, 2.02108, 2.01954, 2.01808, 2.01669, 2.01537,
  2.0141, 2.0129, 2.01174, 2.01063, 2.00958, 2.00856, 2.00758, 2.00665, 2.00575, 2.00488, 2.00404,
  2.00324, 2.00247, 2.00172, 2.001, 2.0003, 1.99962, 1.99897, 1.99834, 1.99773, 1.99714, 1.99656,
  1.99601, 1.99547, 1.99495, 1.99444, 1.99394, 1.99346, 1.993, 1.99254, 1.9921, 1.99167, 1.99125,
  1.99085, 1.99045, 1.99006, 1.98969, 1.98932, 1.98896, 1.98861, 1.98827, 1.98793, 1.98761, 1.98729,
  1.98698, 1.98667, 1.98638, 1.98609, 1.9858, 1.98552, 1.98525, 1.98498, 1.98472, 1.98447, 1.98422,
  1.98397,
];

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

/** Where a value lies, as often as `level` (between 0 and 1) says. */
export interface Interval {
  low: number;
  high: number;
  level: number;
}

/** One metric of one model. `value` is the median of `repeats`, null where not finite. */
export interface Metric {
  value: number | null;
  repeats: (number | null)[];
  step: number | null;
  /** The value where it is not finite. */
  nonfinite?: NonFinite;
  /** Of a single value, where it was logged. */
  interval?: Interval;
  /** The true value is this or more, or less. */
  bound?: "≥" | "≤";
  /** The machine that logged it. */
  host?: string;
  /** What else the value depends on, such as threads and versions. */
  conditions?: Record<string, string>;
  /** What a reader should know of it, in words. */
  note?: string;
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
  /** Only where it was logged. */
  sensitivity?: boolean;
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
  /** Running, and nothing of it was logged for three hours: it may have been killed. */
  silent?: boolean;
  /** Missing, and perhaps only because not all of the log directory has been read. */
  unread?: boolean;
  /** Why it failed. */
  reason?: string;
  description?: string;
  checkpoint?: string;
  /** The name that it is shown under; its id stays what it is. */
  renamed?: string;
  /** What somebody wrote about it. */
  note?: string;
  tags?: string[];
  /** Left out of the page until hidden models are asked for. */
  hidden?: boolean;
  created: number | null;
  /** When anything of it was last logged. */
  updated: number | null;
  /** The same number in all models that nothing but a seed tells apart, where there are several. */
  replicate_group?: number;
  /** Key of the model it is said to be a replicate of. */
  replicate_of?: string;
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
  /** What it measures, in one line; "" where nobody said. */
  description: string;
  /** Which value of the scalar counts, where that is not the last. */
  summary?: string;
  /** The two units in which models seem to have logged it; its values are not compared. */
  mixed?: string;
}

/** One kind of operation, with all parameter names seen, in order of first appearance. */
export interface OperationSummary {
  name: string;
  parameters: string[];
  /** Those of `parameters` that only tell replicates apart. */
  seeds: string[];
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

/** What somebody might log of models that look like replicates, which nobody said they are. */
export interface Suggestion {
  message: string;
  remedy: string;
  /** Keys of the first of them. */
  models: string[];
}

/** Answer of the `models` route; models in order of creation, missing ones last. */
export interface Models {
  models: Model[];
  metrics: MetricSpec[];
  operations: OperationSummary[];
  datasets: string[];
  problems: Problem[];
  /** At most five. */
  suggestions: Suggestion[];
  /** Whether there may be more in the log directory: TensorBoard still reads, or cannot read all. */
  incomplete?: boolean;
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
  /** Id of the variable that says whether a model has the step at all, where this one needs it. */
  nested_in?: string;
  numeric: boolean;
  levels: Level[];
  /** Index of each model's level, in the order of Differences.models. */
  of: number[];
  /** Share of what tells the models apart that this variable alone tells, 0 to 1. */
  explains: number;
  /** Names of what always moves together with it and was joined to it. */
  joined: string[];
}

/** Change of one metric over matched pairs; interval, p and q need six or more. */
export interface Effect {
  pairs: number;
  mean: number;
  /** Standard deviation of the change, null of a single pair. */
  spread: number | null;
  /** The smallest and the largest change, and how many pairs went up and down. */
  least: number;
  most: number;
  rose: number;
  fell: number;
  /** 95 % interval of the mean, and p of "no change", both by the sign-flip test. */
  low: number | null;
  high: number | null;
  p: number | null;
  /** p corrected for all contrasts of the metric (Benjamini–Hochberg). */
  q: number | null;
}

/** What a variable does to one metric, the others held: least squares, additive. */
export interface AdjustedEffect {
  variable: string;
  /** Of the metric's variance, what it adds to all other variables. */
  share: number | null;
  /** Levels that `plain` and `change` are between, where there are two to name. */
  before: number | null;
  after: number | null;
  /** Difference of the plain means, whatever else differs. */
  plain: number | null;
  /** The same, the other variables held, and its 95 % interval. */
  change: number | null;
  low: number | null;
  high: number | null;
}

/** What moves one metric. */
export interface MetricDifferences {
  /** Ids of the one or two variables to show it by. */
  x: string | null;
  colour: string | null;
  /** How many models have it; degrees of freedom that the fit leaves for the spread. */
  models: number;
  freedom: number;
  /** Share of its variance that all held variables explain. */
  explained: number;
  /** Of each variable that is held; the largest share first. */
  effects: AdjustedEffect[];
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
  /**
   * How many more variables there are than listed, and if there are, a number for each model
   * that is the same where all of them are.
   */
  more_variables: number;
  more_of?: number[];
  /** Ids of the one or two variables that tell most together, whatever the metric. */
  x: string | null;
  colour: string | null;
  /** Share of what tells the models apart that these two tell, 0 to 1. */
  together: number;
  /** Groups of models that nothing but a seed tells apart. */
  replicates: number[][];
  pairs: MatchedPairs[];
  /** By name, of each metric in which the models differ. */
  metrics: Record<string, MetricDifferences>;
  /** Position from the root of the first step in which the recipes differ. */
  first_difference: number | null;
}

/** What a model answered: a class, a number, a text, or the classes of a multi-label answer. */
export type Answer = string | number | string[] | null;

export type Form = "value" | "difference" | "abs_difference" | "ratio" | "squared_difference";

export type Flip =
  | "negative"
  | "positive"
  | "changed_wrong"
  | "changed"
  | "both_right"
  | "both_wrong";

/** A data set on which models of the log directory were evaluated. */
export interface EvaluationSet {
  key: string;
  name: string;
  /** What tells it apart from others of its name; "" where it was not logged itself. */
  fingerprint: string;
  /** How many instances it has; where it was not logged, null. */
  instances: number | null;
  logged: boolean;
  runs: string[];
  /** Which of the base and the chosen models have predictions on it. */
  models: string[];
}

/** A number that every instance has for a model. */
export interface BehaviorMeasure {
  id: string;
  label: string;
  unit: string;
  goal: "max" | "min" | null;
  /** Each instance has 0 or 1, so that the mean is a rate. */
  rate: boolean;
  /** It compares with the base already: the base has none and "value" is its only form. */
  pairwise: boolean;
  forms: Form[];
}

/** One level of a dimension; its index in the list names it in requests. */
export interface DimensionLevel {
  text: string;
  n: number;
}

/** What instances can be sliced by: numbers are binned at their quantiles. */
export interface Dimension {
  /** "label", "predicted" or "confidence" (of the base), or "attribute/" and a name. */
  id: string;
  name: string;
  numeric: boolean;
  /** Instances can be in several levels at once (multi-label): levels add up to more than n. */
  overlapping: boolean;
  levels: DimensionLevel[];
}

/** A mean with its 95 % interval, over n instances; null where there is none. */
export interface Estimate {
  n: number;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Why there is no interval; of a change also what it does not hold. */
  reason?: string;
  /** Of how many sampled units the instances are, where the data set names them. */
  groups?: number;
}

/** Mean of the model / mean of the base, with its 95 % interval. */
export interface Ratio {
  value: number | null;
  low: number | null;
  high: number | null;
  reason?: string;
}

/**
 * Model − base over the n instances that have both, with a paired test.
 *
 * The interval holds 0 just where p ≥ 0.05.
 */
export interface Change {
  n: number;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Change divided by the base's value. */
  relative: number | null;
  p: number | null;
  test: "exact McNemar" | "Student's and Hall's t" | "sign flips of groups" | null;
  reason?: string;
  groups?: number;
  /** Where form=ratio asks for it. */
  ratio?: Ratio;
  /** Of how many models with the base's recipe the spread is in interval and p. */
  seeds?: number;
}

/** Right and wrong before (base) and after (model); the first four add up to n. */
export interface Outcomes {
  n: number;
  both_right: number;
  /** Right before, wrong after. */
  negative: number;
  positive: number;
  both_wrong: number;
  /** Those of both_wrong that are wrong in another way. */
  changed_wrong: number;
}

/** How often the base's answer became another one; rate = n / instances with both answers. */
export interface AnswerChange {
  before: string;
  after: string;
  n: number;
  rate: number;
}

/** n instances whose answer went from one to another; of them right→wrong and wrong→right. */
export interface AnswerFlow {
  before: string;
  after: string;
  n: number;
  broke: number;
  mended: number;
}

/** All changes beyond those that are listed, as one. */
export interface OtherFlows {
  /** How many different changes they are. */
  pairs: number;
  n: number;
  broke: number;
  mended: number;
}

/** Who became what: from the base's answers to one model's. */
export interface ModelFlows {
  key: string;
  /** Instances that both answered, and how many of these answers differ. */
  n: number;
  changed: number;
  /** Of the changed ones; null where it is not known who is right. */
  broke: number | null;
  mended: number | null;
  /** How many different changes there are. */
  pairs: number;
  /** Most frequent first, at most `limit`. */
  flows: AnswerFlow[];
  rest: OtherFlows;
  /** Why there is nothing to tell; null otherwise. */
  reason: string | null;
}

/** Answer of `behaviors` at the level "flows". */
export interface AnswerFlows {
  dataset: string;
  /** Without the base, as asked for. */
  models: ModelFlows[];
}

/** How often a model gave an answer. */
export interface AnswerCount {
  answer: string;
  n: number;
  rate: number;
}

/** Confidence against correctness in equally wide bins of confidence over 0 to 1. */
export interface Calibration {
  n: number;
  ece: number;
  /** The ECE that chance would give a perfectly calibrated model: its mean and 95th percentile. */
  chance: number;
  chance_high: number;
  /** Of each bin: instances, mean confidence and share that is right (null where it is empty). */
  counts: number[];
  confidence: (number | null)[];
  right: (number | null)[];
}

/** KL(base ‖ model) in nats over the n instances, of all shared, whose vectors both logged. */
export interface Divergence {
  n: number;
  of: number;
  /** The most that rounding of the stored probabilities alone can make of a mean. */
  rounding: number;
  mean: number;
  median: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
}

/** Counts in the common bins of BehaviorSummary.edges; without a value: n_excluded. */
export interface Histogram {
  counts: number[];
  n_excluded: number;
}

/** Instances that are left out of the comparison, and why. */
export interface Exclusion {
  n: number;
  why: string;
}

/** One model on the data set; what needs the base is null for the base itself. */
export interface ModelBehavior {
  key: string;
  /** False: it has no predictions on this data set, and everything else is null or empty. */
  logged: boolean;
  /** Instances it has predictions for, and how many of these the base has too. */
  n: number;
  n_shared: number;
  excluded: Exclusion[];
  value: Estimate | null;
  change: Change | null;
  /** Error rate and its change relative to the base's, where there are labels. */
  error: number | null;
  error_relative: number | null;
  outcomes: Outcomes | null;
  /** Share of same answers. */
  agreement: Estimate | null;
  /** Most frequent first. */
  answers: AnswerCount[];
  changes: AnswerChange[];
  calibration: Calibration | null;
  /** Mean −ln of the true label's probability, and mean Brier score. */
  nll: Estimate | null;
  brier: Estimate | null;
  kl: Divergence | null;
  histogram: Histogram | null;
}

/** How much models differ that nothing but a seed tells apart from the base. */
export interface NoiseFloor {
  /** The base and its replicates. */
  models: string[];
  /** Means over all pairs of them: share of other answers; share of right that became wrong. */
  changed: number;
  negative: number | null;
}

/** Something that could not be read or compared; the rest is shown all the same. */
export interface BehaviorNote {
  message: string;
  remedy: string;
  model?: string;
}

/** Answer of `behaviors` at the level "summary". */
export interface BehaviorSummary {
  /** Those on which the base or a chosen model was evaluated, with the most of them first. */
  datasets: EvaluationSet[];
  /** Key of the one in this answer; null where there is none at all. */
  dataset: string | null;
  kind: "classes" | "multi-label" | "numbers" | "texts" | "scores" | null;
  measures: BehaviorMeasure[];
  measure: string | null;
  form: Form;
  dimensions: Dimension[];
  has_texts: boolean;
  has_images: boolean;
  /** Units that its instances were sampled in; null where each was sampled by itself. */
  groups: number | null;
  base: string;
  /** All instances, and how many the filter leaves. */
  n: number;
  n_filtered: number;
  /** The base first, then as asked for. */
  models: ModelBehavior[];
  /** Of all histograms, ascending; one more than bins. */
  edges: number[];
  noise: NoiseFloor | null;
  /** Why changes have no interval and no p: the filter is by an outcome. */
  hint?: string;
  notes: BehaviorNote[];
}

/** Instances of one level of a dimension. */
export interface InSlice {
  kind: "slice";
  by: string;
  level: number;
}

/** Instances on which the model behaves so against the base. */
export interface Flipped {
  kind: "flip";
  model: string;
  flip: Flip;
}

/** Instances whose answer went from one to another, as AnswerChange names them. */
export interface AnswersChanged {
  kind: "change";
  model: string;
  before: string;
  after: string;
}

/** Instances whose measure of a model is within [low, high); null: an open end. */
export interface InRange {
  kind: "range";
  model: string;
  /** A measure's id; "confidence" for a bin of the reliability diagram. */
  measure: string;
  form: Form;
  low: number | null;
  high: number | null;
}

/** Instances whose id, label, texts or answers contain the text, whatever its case. */
export interface Mentions {
  kind: "text";
  text: string;
}

/** The parameter `filter` is a JSON list of these; all must hold. */
export type Condition = InSlice | Flipped | AnswersChanged | InRange | Mentions;

/** One model's side of a page of instances; null where it has no prediction. */
export interface InstanceColumns {
  key: string;
  predicted: Answer[];
  correct: (boolean | null)[];
  confidence: (number | null)[];
  /** The measure asked for, in the form asked for. */
  values: (number | null)[];
}

/** Of each row: the most frequent answer of the family, its votes, the base's answer's votes. */
export interface Votes {
  answers: Answer[];
  votes: number[];
  base_votes: number[];
  voters: number[];
  correct: (boolean | null)[];
}

/** Whose votes are counted, and what came out over all instances. */
export interface Family {
  of: "selection" | "descendants";
  models: string[];
  /** Forgotten instances, and how many of them the base and the family have right. */
  n: number;
  base_right: number | null;
  family_right: number | null;
}

/** Answer of `behaviors` at the levels "instances" and "forgotten": columns of rows. */
export interface InstancePage {
  dataset: string;
  measure: string | null;
  form: Form;
  /** How many rows there are with this filter, and without. */
  n: number;
  of: number;
  offset: number;
  ids: (string | number)[];
  labels: Answer[];
  /** Inputs and target texts, cut to 2,000 characters with "…"; missing where not logged. */
  texts?: (string | null)[];
  targets?: (string | null)[];
  /** Whether there is a thumbnail; missing where none is. */
  images?: boolean[];
  attributes: Record<string, (string | number | null)[]>;
  /** The base first. */
  models: InstanceColumns[];
  /** At the level "forgotten" only. */
  votes?: Votes;
  family?: Family;
}

/** What one model on the way from the root answered; null: it has no prediction on it. */
export interface LineageStep {
  key: string;
  predicted: Answer;
  correct: boolean | null;
  confidence: number | null;
  value: number | null;
}

/** One instance from the root along the main parents to a model. */
export interface InstanceLineage {
  model: string;
  steps: LineageStep[];
  /**
   * Index of the first step whose answer was wrong after a right one (without labels: another
   * than the first); null where none.
   */
  broke: number | null;
  /** Whether the last answer is still broken. */
  still: boolean;
}

/** Everything a model logged about one instance. */
export interface InstanceAnswer {
  key: string;
  predicted: Answer;
  correct: boolean | null;
  confidence: number | null;
  /** Every measure that it has, absolute, by id. */
  measures: Record<string, number | null>;
  /** Most probable answers, from the full vector or the top-k. */
  top: [string, number][];
}

/** Answer of `behaviors` at the level "instance"; texts are whole. */
export interface InstanceDetail {
  dataset: string;
  id: string | number;
  label: Answer;
  text: string | null;
  target: string | null;
  image: boolean;
  attributes: Record<string, string | number | null>;
  models: InstanceAnswer[];
  /** Of the first 50 models that have predictions. */
  lineages: InstanceLineage[];
}

/** One model's columns of a SliceTable; intervals are 95 %. */
export interface SliceCells {
  key: string;
  n: number[];
  value: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  /** Against the base; null in the base's own columns. */
  change: (number | null)[];
  change_low: (number | null)[];
  change_high: (number | null)[];
  p: (number | null)[];
  /** p corrected for all slices and models looked at (Benjamini–Hochberg). */
  q: (number | null)[];
  /** Right→wrong and wrong→right, where there are labels. */
  negative: (number | null)[];
  positive: (number | null)[];
  /** Model / base of the means, where form=ratio asks for it. */
  ratio?: (number | null)[];
  ratio_low?: (number | null)[];
  ratio_high?: (number | null)[];
  /**
   * Why slices, or those that are too small, have no interval and no p; of a model that was
   * trained again, why they have no p.
   */
  reason?: string;
}

/** Answer of `behaviors` at the level "slices". */
export interface SliceTable {
  dataset: string;
  measure: string;
  /** Ids of the one or two dimensions. */
  by: string[];
  /** How many slices there are with any instance, and how many tests were corrected for. */
  n: number;
  tests: number;
  offset: number;
  /** Of each row: its level in each dimension (index and text), and its instances. */
  levels: number[][];
  texts: string[][];
  instances: number[];
  /** Fewer than 30 instances: read with care. */
  small: boolean[];
  models: SliceCells[];
  /** All instances, each counted once however many slices it is in. */
  total: number;
  /** How many slices are left out, because `least` asks for more instances than they have. */
  left_out: number;
  /** Why changes have no interval and no p: slices or filter are chosen by an outcome. */
  hint?: string;
}

/** All instances that are not in a slice. */
export interface RestOfSlice {
  n: number;
  flips: number;
  mended: number;
  change: number;
}

/** A slice that a model harmed, or of which a larger share broke than on average. */
export interface HarmedSlice {
  model: string;
  by: string;
  level: number;
  name: string;
  text: string;
  n: number;
  /** How many went right→wrong, and wrong→right; of scores and losses, became worse and better. */
  flips: number;
  mended: number;
  rest: RestOfSlice;
  /**
   * The mean change of the measure, in its own direction and unit: of "correct" what mended less
   * what broke, a share.
   */
  change: number;
  /**
   * Accuracy after / before, of the slice and of the rest; null where nothing was right before,
   * and of scores and losses.
   */
  kept: number | null;
  rest_kept: number | null;
  /** The share that broke divided by that of all instances. */
  lift: number;
  /**
   * That it lost no more points than the rest, or kept no smaller share of its right answers, or
   * that no more broke than mended; null where the slice is not tested.
   */
  p: number | null;
  /** p corrected for all slices and models looked at. */
  q: number | null;
  /** q < 0.05. */
  harmed: boolean;
  small: boolean;
  /** How many sampled units it has, where the data set names what was sampled. */
  groups: number | null;
}

/** A level of each of two dimensions whose instances came off worse than in either. */
export interface HarmedPair {
  model: string;
  /** Of each of the two: id, level, name and text. */
  by: string[];
  levels: number[];
  names: string[];
  texts: string[];
  n: number;
  flips: number;
  mended: number;
  rest: RestOfSlice;
  change: number;
  kept: number | null;
  rest_kept: number | null;
  /** The share that broke, and the larger one of its two levels, divided by that of all instances. */
  lift: number;
  part_lift: number;
  /** As of a slice, and against the rest of each of the two levels. */
  p: number | null;
  q: number | null;
  harmed: boolean;
  groups: number | null;
}

/**
 * In a slice of n instances, a share of them more broken than of the rest.
 *
 * Of scores and losses so much worse a mean change, in the measure's unit.
 */
export interface SeenHarm {
  n: number;
  share: number;
}

/** How many of n instances went right→wrong and wrong→right, or became worse and better. */
export interface Churn {
  n: number;
  broke: number;
  mended: number;
}

/** What all slices of a model say together. */
export interface ModelHarm {
  model: string;
  /** How many slices and pairs of slices were tested, and how many of them it harmed. */
  tested: number;
  pairs_tested: number;
  harmed: number;
  pairs_harmed: number;
  /**
   * How many pairs of dimensions were not searched, because there are too many of them or of
   * their levels.
   */
  pairs_left_out: number;
  /** Why there is no verdict; null otherwise. */
  reason: string | null;
  /**
   * The smallest harm that would have been found, four times of five: in a slice of the median
   * size, and in slices of 100, 500, 1000 where there are such.
   */
  could_see: SeenHarm[];
  /**
   * Whether weights were trained between it and the base; how many replicates of the base tell
   * what seeds do.
   */
  retrained: boolean;
  replicates: number;
  /** How many units were sampled; null where every instance was sampled by itself. */
  units: number | null;
  churn: Churn | null;
}

/** Answer of `behaviors` at the level "harmed". */
export interface HarmedSlices {
  dataset: string;
  /** What was compared: where no measure was asked for "correct", else the first with a goal. */
  measure: string;
  /** Of each model at most 100: harmed ones first, then by p. */
  slices: HarmedSlice[];
  /** How many slices × models were looked at and corrected for. */
  tests: number;
  /** Of each model at most 100: harmed ones first, then others with p ≤ 0.05. */
  pairs: HarmedPair[];
  pair_tests: number;
  models: ModelHarm[];
  /** Why nothing could be looked for; null otherwise. */
  reason: string | null;
}

export type LayerView = "weights" | "sparsity" | "activations";

/** "exact"; "estimate" within its interval; "at least" where only a lower bound is known. */
export type Certainty = "exact" | "estimate" | "at least";

/**
 * How a row of the base was found in the model: "name", "normalised" (names without wrappers),
 * "renamed" (names without the modules around one of the networks), "shape" (same parent and shape),
 * "transposed" (same name, axes the other way round: compared by totals and histograms, and value by
 * value where all values are kept or were compared when logged) and "resized" (same name, another
 * shape: totals and histograms only); null where it was not. Of a module, the last of these that its
 * tensors have.
 */
export type Match = "name" | "normalised" | "renamed" | "shape" | "transposed" | "resized" | null;

/** A number that every row has for a model. */
export interface LayerMeasure {
  id: string;
  label: string;
  unit: string;
  goal: "max" | "min" | null;
  /** It compares with the base: the base's own cells are null. */
  pairwise: boolean;
  scale: "linear" | "log";
}

/** Columns of the rows: modules before what they hold, in the order of the network. */
export interface LayerRows {
  /** Full names; "" is the whole network, always the first row. */
  names: string[];
  /** Row of the module that holds it; −1 for the first. */
  parents: number[];
  /** Class of a module ("Conv2d"); "parameter", "buffer" or "activation" for a tensor. */
  kinds: string[];
  tensor: boolean[];
  /** Of tensors, in the base or, where it lacks them, in the first model that has them. */
  shapes: (number[] | null)[];
  /** What 1 stands for on the axis of the row's histograms; null where there are none. */
  scales: (number | null)[];
}

/** A row of which not everything is compared: tensors were refused, or have no counterpart. */
export interface LayerPart {
  /**
   * Of the base's weights, refused ones included where their number is known, how many are
   * compared; null of the base itself.
   */
  compared: number | null;
  of: number | null;
  /** Tensors of the base and of the model. */
  refused: number;
  /** "576 of 98,880 weights compared; 3 tensors were refused". */
  words: string;
}

/** One model's columns, a value per row; null where it lacks the row or the number. */
export interface LayerCells {
  key: string;
  /** False: nothing was logged for this view, and the columns are empty. */
  logged: boolean;
  /** Parameters (values), and bytes as stored and at best, scales and indices included. */
  params: (number | null)[];
  stored_bytes: (number | null)[];
  effective_bytes: (number | null)[];
  /** Null with a certainty: without bound, as the SQNR of what did not change. */
  value: (number | null)[];
  /** 95 % interval of an estimate. */
  low: (number | null)[];
  high: (number | null)[];
  certainty: (Certainty | null)[];
  match: Match[];
  /** Its own name of a row, where it is another than the row's. */
  own_names: Record<string, string>;
  /** Of each row: counts in the bins between LayerTree.edges, then shares of change classes. */
  histograms: (number[] | null)[];
  shares: (number[] | null)[];
  /** Rows of the base that it lacks, and its own tensors that the base lacks. */
  unmatched_base: number;
  unmatched_own: number;
  /** Values that are not finite and count nowhere else; rows whose few weights changed a lot. */
  non_finite: (number | null)[];
  outliers: number[];
  /** By row: what its numbers do not speak for, where there is any such thing. */
  parts: Record<string, LayerPart>;
}

/** Something that could not be read or compared; the rest is shown all the same. */
export interface LayerNote {
  message: string;
  remedy: string;
  model?: string;
}

/** Answer of `layers` at the level "tree". */
export interface LayerTree {
  base: string;
  view: LayerView;
  /** Views that the base or a chosen model has anything logged for. */
  views: LayerView[];
  measures: LayerMeasure[];
  measure: string;
  rows: LayerRows;
  /** The base first, then as asked for. */
  models: LayerCells[];
  /**
   * Of all histograms in cells, in units of their row's scale: −1 to 1, one more than bins. The
   * first and the last bin hold everything beyond.
   */
  edges: number[];
  /** Names of the change classes, as LayerCells.shares has them. */
  classes: string[];
  notes: LayerNote[];
}

/** One measure of one row; null with a certainty: without bound. */
export interface LayerNumber {
  value: number | null;
  low: number | null;
  high: number | null;
  certainty: Certainty | null;
}

/** How a tensor is quantized. */
export interface LayerScheme {
  bits: number;
  algorithm: string;
  symmetric: boolean | null;
  group: number | null;
  axis: number | null;
  scales: number;
  overhead_bytes: number;
  saturated: number | null;
}

/** Groups of neighbouring output channels (or units); root mean square and share of zeros. */
export interface LayerChannels {
  channels: number;
  dead: number;
  rms: number[];
  zeros: number[];
}

/**
 * One value that changed, at a position in the tensor.
 *
 * Both null: only the change is known. One null: it was not logged, and the change is at least
 * as large as `change`.
 */
export interface LayerChange {
  at: number[];
  before: number | null;
  after: number | null;
  change: number;
}

/** One model's side of a LayerDetail; null where it lacks the row. */
export interface LayerTensor {
  key: string;
  name: string | null;
  match: Match;
  shape: number[] | null;
  dtype: string;
  storage: string;
  scheme: LayerScheme | null;
  params: number | null;
  stored_bytes: number | null;
  effective_bytes: number | null;
  tied: string;
  /** Every measure of the view, by id. */
  numbers: Record<string, LayerNumber>;
  non_finite: number | null;
  /** Counts of its own values between LayerDetail.edges. */
  histogram: number[] | null;
  /** Counts of the base's values, apart for each class of what became of them. */
  stacked: number[][] | null;
  channels: LayerChannels | null;
  /** Values at the same sampled positions: base (x) against this model (y). */
  scatter_base: number[];
  scatter_own: number[];
  /** The largest known changes, the largest first. */
  largest: LayerChange[];
  /** What makes the comparison less than exact, in words; "" where nothing does. */
  caveat: string;
  /** What its numbers do not speak for; null where they speak for everything. */
  part: LayerPart | null;
}

/** Answer of `layers` at the level "row": one row, through the whole selection. */
export interface LayerDetail {
  base: string;
  view: LayerView;
  row: string;
  measures: LayerMeasure[];
  /** Of the histograms, in the values' own unit; the first and the last bin hold everything beyond. */
  edges: number[];
  classes: string[];
  models: LayerTensor[];
  notes: LayerNote[];
}

export type SensitivityMethod = "exact" | "gradient";

/**
 * Divergence of probabilities; squared change relative to the outputs' mean square; what a score of
 * the user's own loses.
 */
export type SensitivityDamage = "kl" | "squared error" | "score";

export type ExportFormat = "json" | "torchao" | "llm-compressor" | "regex";

/** One weight. `name` is its full name, `module` its module's. */
export interface SensitivityLayer {
  name: string;
  module: string;
  kind: string;
  shape: number[];
  dense_bytes: number;
  /** Other names of the same weight. */
  tied: string[];
}

/** A way to compress a layer; `own`: a function of the user's. */
export interface SensitivityCandidate {
  name: string;
  own: boolean;
}

/** Rows by layer, in each a value by candidate; null: not measured, or not finite. */
export interface SensitivityCells {
  damage: (number | null)[][];
  /** 95 % interval; null where nothing tells how far a damage is off. */
  low: (number | null)[][];
  high: (number | null)[][];
  /** What the layer takes then; null where that is unknown. */
  bytes: (number | null)[][];
  /**
   * Its place among all layers by this candidate, 1 the most harmed: at best and at worst, as far
   * as layers are told apart; null without a damage.
   */
  rank_first: (number | null)[][];
  rank_last: (number | null)[][];
}

/** Why a cell has no number; `broken`: outputs were not finite, which is worse than any. */
export interface SensitivityReason {
  layer: number;
  candidate: number;
  words: string;
  broken: boolean;
}

/** One more layer that changes its candidate, and what the network is after it. */
export interface SensitivityStep {
  layer: number;
  candidate: number;
  /** Of the whole network. */
  bytes: number;
  /** The sum of the layers' damages, and an interval that allows for how far sums were off. */
  damage: number;
  low: number | null;
  high: number | null;
}

/** One candidate for all layers that it can be measured on, `layers` of them. */
export interface SensitivityUniform {
  candidate: number;
  layers: number;
  bytes: number;
  predicted: number;
  /** Null where it was not measured as a whole. */
  measured: number | null;
  low: number | null;
  high: number | null;
}

/** An allocation that was measured as a whole. */
export interface SensitivityTrial {
  /** Null where those of a candidate are unknown. */
  bytes: number | null;
  predicted: number;
  /** Null where its outputs were not finite. */
  measured: number | null;
}

/** How many times the sum of its layers an allocation's damage was. */
export interface SensitivityAdditivity {
  trials: number;
  low: number;
  median: number;
  high: number;
}

/** A weight that is no row, and why. */
export interface SensitivityRefusal {
  name: string;
  reason: string;
}

/** Answer of `sensitivity`. */
export interface Sensitivity {
  key: string;
  method: SensitivityMethod;
  damage: SensitivityDamage;
  /** What the user calls the score; "" where it is none. */
  score: string;
  /** "nats", or "". */
  unit: string;
  instances: number;
  /** 0 where outputs are no sequences. */
  tokens: number;
  groups: number;
  seconds: number;
  layers: SensitivityLayer[];
  candidates: SensitivityCandidate[];
  cells: SensitivityCells;
  reasons: SensitivityReason[];
  refused: SensitivityRefusal[];
  /** How many cells were measured or have a reason. */
  known: number;
  /** Of the network as it is, and of what no layer holds. */
  dense_bytes: number;
  other_bytes: number;
  /** The candidate of each layer before the first step, −1 as it is; what that takes and costs. */
  start: number[];
  start_bytes: number;
  start_damage: number;
  steps: SensitivityStep[];
  uniform: SensitivityUniform[];
  trials: SensitivityTrial[];
  additivity: SensitivityAdditivity | null;
}

/** Answer of `sensitivity` at the level "export": an allocation as text. */
export interface SensitivityExport {
  format: ExportFormat;
  text: string;
}

/** In the file of a report, beside its answers. */
export interface Report {
  title: string;
  created: number;
  /** Of the package that wrote it. */
  version: string;
  /** Keys: of the base, and of the models that are selected when it is opened. */
  base: string;
  models: string[];
  /** Whether instances are inside, and how many rows of every list are. */
  instances: boolean;
  rows: number;
  /** What it holds of whoever logged it, and what was left out for want of room; a sentence each. */
  holds: string[];
  cut: string[];
}
