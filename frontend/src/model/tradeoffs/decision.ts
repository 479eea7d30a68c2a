import type { DecisionFacts, FurtherFacts, Keeping } from "../claims/decision";
import { changeBetween, changeOfNumbers, changeText } from "../format/change";
import { briefId } from "../labels/short_ids";
import { fullMetric, isBytes, metricLabel } from "../format/metric_format";
import { caveatOf } from "../metrics/conditions";
import type { Replicates } from "../metrics/estimate";
import {
  centreOf,
  difference,
  differenceReach,
  isTold,
  knownOf,
  type Known,
} from "../metrics/known";
import type { MetricSpec, Model } from "../wire.gen";

/** The cheapest model that keeps the base's quality, and how well that is known. */
export interface Decision {
  /** Null: every cheaper model is worse, and `model` is the one that is so least. */
  readonly keeps: Keeping | null;
  /** Whether the numbers of quality of the model and the base count as exact. */
  readonly once: boolean;
  readonly model: Model;
  /** How many others its cost is not told from, of those that keep the quality as well. */
  readonly tied: number;
  /** A cheaper one that is not known to be worse, where `model` is known not to be. */
  readonly further: Model | null;
}

export interface DecisionQuestion {
  readonly candidates: readonly Model[];
  readonly base: Model;
  readonly quality: MetricSpec;
  readonly cost: MetricSpec;
  readonly replicates: Replicates;
}

interface Seen {
  readonly model: Model;
  readonly cost: Known;
  readonly quality: Known;
  readonly keeps: Keeping | null;
}

/** Null where nothing can be compared: no goal, mixed units, or no value of the base. */
export function decide(question: DecisionQuestion): Decision | null {
  const { base, quality, cost } = question;
  if (!quality.goal || !cost.goal || quality.mixed || cost.mixed) return null;
  const knownQuality = knownIn(question, base, quality);
  const knownCost = knownIn(question, base, cost);
  if (!knownQuality || !knownCost) return null;
  const seen = cheaperThan(question, knownQuality, knownCost);
  const sure = seen.filter(({ keeps }) => keeps === "told" || keeps === "once");
  const open = seen.filter(({ keeps }) => keeps === "open");
  const chosen = cheapest(sure, cost) ?? cheapest(open, cost);
  if (!chosen) {
    const least = nearest(seen, quality);
    if (!least) return null;
    const once = areExact(least.quality, knownQuality);
    return { keeps: null, once, model: least.model, tied: 0, further: null };
  }
  const rivals = chosen.keeps === "open" ? open : sure;
  const further = chosen.keeps === "open" ? null : cheapest(open, cost);
  const isCheaper = further && signOf(cost) * (further.cost.value - chosen.cost.value) > 0;
  return {
    keeps: chosen.keeps,
    once: chosen.keeps === "once",
    model: chosen.model,
    tied: isBytes(cost)
      ? 0
      : rivals.filter((one) => one !== chosen && isOpen(one, chosen, rivals.length)).length,
    further: isCheaper ? further.model : null,
  };
}

/** Models that are known to cost less than the base, and what is known of their quality. */
function cheaperThan(question: DecisionQuestion, base: Known, baseCost: Known): Seen[] {
  const { candidates, quality, cost } = question;
  const comparisons = Math.max(1, candidates.length - 1);
  const cheaper = signOf(cost) > 0 ? "larger" : "smaller";
  return candidates.flatMap((model) => {
    if (!isRival(model, question)) return [];
    const [onQuality, onCost] = [knownIn(question, model, quality), knownIn(question, model, cost)];
    if (!onQuality || !onCost || difference(onCost, baseCost) !== cheaper) return [];
    const keeps = keepingOf(onQuality, base, quality, comparisons);
    return [{ model, cost: onCost, quality: onQuality, keeps }];
  });
}

function isRival(model: Model, { base, quality, cost }: DecisionQuestion): boolean {
  if (model.key === base.key || model.status === "failed" || model.status === "missing") {
    return false;
  }
  const group = base.replicate_group;
  if (group !== undefined && model.replicate_group === group) return false;
  return [quality, cost].every(
    (spec) => caveatOf(model.metrics[spec.name], base.metrics[spec.name], spec) === null,
  );
}

/**
 * To be called no worse a model must be told above the base among all that are compared; to be called
 * worse one test is enough, so that a doubtful model is rather left out.
 */
function keepingOf(own: Known, base: Known, spec: MetricSpec, comparisons: number): Keeping | null {
  const [up, down] = signOf(spec) > 0 ? ["larger", "smaller"] : ["smaller", "larger"];
  if (difference(own, base) === down) return null;
  const seen = difference(own, base, comparisons);
  if (seen === "same" || (seen === up && areExact(own, base))) return "once";
  return seen === up ? "told" : "open";
}

/** Whether no noise is known of either. */
function areExact(...values: readonly Known[]): boolean {
  return values.every(({ estimate, perProcess }) => !estimate && !perProcess);
}

function isOpen(one: Seen, other: Seen, comparisons: number): boolean {
  return !isTold(difference(one.cost, other.cost, comparisons));
}

function cheapest(seen: readonly Seen[], cost: MetricSpec): Seen | null {
  return bestOf(seen, ({ cost: known }) => signOf(cost) * known.value);
}

function nearest(seen: readonly Seen[], quality: MetricSpec): Seen | null {
  return bestOf(seen, ({ quality: known }) => signOf(quality) * known.value);
}

/** The first of those of which `rank` is largest. */
function bestOf(seen: readonly Seen[], rank: (one: Seen) => number): Seen | null {
  return seen.reduce<Seen | null>(
    (best, one) => (best && rank(best) >= rank(one) ? best : one),
    null,
  );
}

function signOf({ goal }: MetricSpec): 1 | -1 {
  return goal === "max" ? 1 : -1;
}

function knownIn({ replicates }: DecisionQuestion, model: Model, spec: MetricSpec): Known | null {
  return knownOf(model, spec, replicates.get(model.key));
}

const SIZES = /size|bytes|param/i;
const TIMES = /latency|time|duration/i;

/** How the cheapest model by a metric is called, and what it is compared with the base. */
export function costWords(spec: MetricSpec): { title: string; less: string } {
  if (spec.goal === "min" && (isBytes(spec) || SIZES.test(spec.name))) {
    return { title: "Smallest model", less: "smaller" };
  }
  if (spec.goal === "min" && TIMES.test(spec.name)) {
    return { title: "Fastest model", less: "faster" };
  }
  const [most, more] = spec.goal === "max" ? ["highest", "higher"] : ["lowest", "lower"];
  const label = metricLabel(spec);
  return { title: `Model of the ${most} ${label}`, less: `${more} in ${label}` };
}

/** What the sentence says of a decision. */
export function decisionFacts(decision: Decision, question: DecisionQuestion): DecisionFacts {
  const { base, quality, cost, replicates } = question;
  const { keeps, once, model } = decision;
  const noise = { replicates, comparisons: 1 };
  const change = changeBetween(model, base, quality, noise);
  return {
    ...costWords(cost),
    keeps,
    once,
    base: briefId(base.id),
    quality: metricLabel(quality),
    model: model.id,
    cost: costText(model, question),
    change: change && change.amount !== 0 ? changeText(change, quality) : "",
    loss: keeps === "open" ? openLoss(model, question) : "",
  };
}

export function furtherFacts(
  { further }: Decision,
  question: DecisionQuestion,
): FurtherFacts | null {
  if (!further) return null;
  const { less } = costWords(question.cost);
  return {
    model: further.id,
    cost: costText(further, question),
    less: `${less.charAt(0).toUpperCase()}${less.slice(1)}`,
  };
}

/** "12.5 kB (−87 %)". */
function costText(model: Model, { base, cost, replicates }: DecisionQuestion): string {
  const change = changeBetween(model, base, cost, { replicates, comparisons: 1 });
  const by = change && change.amount !== 0 ? ` (${changeText(change, cost)})` : "";
  return fullMetric(model.metrics[cost.name], cost) + by;
}

/** The far end of the interval of what its quality lost at 95 %: "2.2 pt". */
function openLoss(model: Model, question: DecisionQuestion): string {
  const { base, quality } = question;
  const [own, other] = [model, base].map((one) => knownIn(question, one, quality));
  const reach = own && other ? differenceReach(own, other) : null;
  if (!own || !other || reach === null || !Number.isFinite(reach)) return "";
  const from = centreOf(other);
  const lowest = centreOf(own) - signOf(quality) * reach;
  const lost = changeOfNumbers(lowest, from, quality);
  return changeText({ ...lost, amount: Math.abs(lost.amount) }, quality).replace("+", "");
}
