import type { MetricSpec, Model } from "../wire.gen";
import { dependsOnProcess } from "./conditions";
import { estimateOf, type Estimate, type Replicates, type Spread } from "./estimate";
import { corrected } from "./student";

/** One value of one model, and all that is known of its noise. */
export interface Known {
  readonly value: number;
  /** Where the value is a bound: the true one is at least, or at most, so large. */
  readonly bound: "≥" | "≤" | null;
  /** Null where it was measured once and no interval was logged. */
  readonly estimate: Estimate | null;
  /**
   * Whether it varies from process to process (clocks, neighbours, allocators), of which repeats
   * within one process say nothing.
   */
  readonly perProcess: boolean;
}

/** The groups of replicates, and among how many pairs of models claims are made. */
export interface Noise {
  readonly replicates: Replicates;
  readonly comparisons: number;
}

/** Two models, of which no replicates are known. */
export const ONE_PAIR: Noise = { replicates: new Map(), comparisons: 1 };

/** What is known of a model's metric, of whose replicates `group` is; null without a finite value. */
export function knownOf(
  { metrics }: Pick<Model, "metrics">,
  spec: MetricSpec,
  group: readonly Model[] = [],
): Known | null {
  const metric = metrics[spec.name];
  if (metric?.value == null) return null;
  const replicates = group.flatMap((one) => one.metrics[spec.name]?.value ?? []);
  const { value, bound = null } = metric;
  const perProcess = dependsOnProcess(metric, spec);
  return { value, bound, estimate: estimateOf(metric, replicates), perProcess };
}

/** A number that counts as exact, such as a limit. */
export function exactly(value: number): Known {
  return { value, bound: null, estimate: null, perProcess: false };
}

/** What is known of an estimate by itself, of whatever it is made. */
export function ofEstimate(estimate: Estimate): Known {
  return { value: estimate.value, bound: null, estimate, perProcess: false };
}

/**
 * Which of two values is larger. "cannot tell": they differ no more than noise may make them.
 * "unknown": they differ by more than their repeats do, but each was measured in one process, and
 * how much processes differ nobody measured.
 */
export type Difference = "larger" | "smaller" | "same" | "cannot tell" | "unknown";

/**
 * A margin that we chose: times of one program shift with the size of its environment and the order
 * of its linking (Mytkowicz et al. 2009, https://doi.org/10.1145/1508244.1508275), by how much is not
 * known of a program that was measured in one process.
 */
const BEYOND_PROCESSES = 2;

/**
 * `a` against `b`. Where the noise of one is known, by Welch's test at 95 % of `comparisons` tests
 * together; the other is taken to vary as much. Source: Welch (1947),
 * https://doi.org/10.1093/biomet/34.1-2.28
 */
export function difference(a: Known, b: Known, comparisons = 1): Difference {
  const seen = differenceOfNumbers(a, b, comparisons);
  if (seen === "same" && (a.bound ?? b.bound)) return "cannot tell";
  if (seen === "larger" && (a.bound === "≤" || b.bound === "≥")) return "cannot tell";
  if (seen === "smaller" && (a.bound === "≥" || b.bound === "≤")) return "cannot tell";
  return seen;
}

function differenceOfNumbers(a: Known, b: Known, comparisons: number): Difference {
  const by = centreOf(a) - centreOf(b);
  const larger = by === 0 ? "same" : by > 0 ? "larger" : "smaller";
  if (!isNoiseUnknown(a, b)) {
    const reach = differenceReach(a, b, comparisons);
    return reach !== null && Math.abs(by) <= reach ? "cannot tell" : larger;
  }
  const spreads = pairOf(a.estimate?.single, b.estimate?.single);
  const within = spreads && welchReach(...spreads, 1);
  if (by === 0 || (within !== null && Math.abs(by) <= within)) return "cannot tell";
  const [low, high] = [Math.min(a.value, b.value), Math.max(a.value, b.value)];
  return low > 0 && high >= BEYOND_PROCESSES * low ? larger : "unknown";
}

/** Whether one is known to be larger than the other. */
export function isTold(seen: Difference): boolean {
  return seen === "larger" || seen === "smaller";
}

/** Of replicates the median of all: a single one of them says less. */
export function centreOf({ value, estimate }: Known): number {
  return estimate?.source === "replicates" ? estimate.value : value;
}

/** Whether the two vary from process to process and neither was measured in several. */
function isNoiseUnknown(a: Known, b: Known): boolean {
  return (a.perProcess || b.perProcess) && !errorOf(a) && !errorOf(b);
}

/**
 * Half the width of Welch's interval of `a` − `b`, at 95 % of `comparisons` together; null where
 * both count as exact, and where noise between processes is not known.
 */
export function differenceReach(a: Known, b: Known, comparisons = 1): number | null {
  const spreads = pairOf(errorOf(a) ?? b.estimate?.single, errorOf(b) ?? a.estimate?.single);
  return spreads && !isNoiseUnknown(a, b) ? welchReach(...spreads, comparisons) : null;
}

/** The error of the value, unless repeats of one process hide what differs between processes. */
function errorOf({ estimate, perProcess }: Known): Spread | null {
  if (!estimate || (perProcess && estimate.source === "repeats")) return null;
  return { variance: estimate.error ** 2, freedom: estimate.freedom };
}

/** Both spreads; what is not known of one is taken from the other. */
function pairOf(
  a: Spread | null | undefined,
  b: Spread | null | undefined,
): [Spread, Spread] | null {
  const [one, other] = [a ?? b, b ?? a];
  return one && other ? [one, other] : null;
}

/** t · √(variance of the difference), by Welch and Satterthwaite; null where nothing varies. */
function welchReach(a: Spread, b: Spread, comparisons: number): number | null {
  const variance = a.variance + b.variance;
  if (variance === 0) return null;
  if (!Number.isFinite(variance)) return Infinity;
  const freedom = variance ** 2 / (a.variance ** 2 / a.freedom + b.variance ** 2 / b.freedom);
  return corrected(freedom, comparisons) * Math.sqrt(variance);
}
