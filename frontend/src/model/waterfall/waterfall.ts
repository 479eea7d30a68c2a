import type { Verdict } from "../claims/changes";
import { changeBetween, type Change } from "../format/change";
import { operationText } from "../format/operation_words";
import type { Lineage, LineageNode } from "../lineage/lineage";
import { differenceReach, knownOf, type Noise } from "../metrics/known";
import type { MetricSpec, Model } from "../wire.gen";
import { alignedRecipes, type AlignedStep } from "./alignment";

/** What a step did to a metric, in the metric's own unit. */
export interface WaterfallCell {
  /** Null where it is not known. */
  readonly by: number | null;
  /** Half the width of its 95 % interval; null where it has none. */
  readonly reach: number | null;
  /** Null where none may be said. */
  readonly verdict: Verdict | null;
  /** How many steps before it, that were not measured, are in it. */
  readonly joined: number;
  /** Why values should not be compared; null where they can be. */
  readonly caveat: string | null;
}

/** One metric through all steps. */
export interface WaterfallMetric {
  readonly spec: MetricSpec;
  readonly start: number;
  readonly end: number;
  readonly total: Change | null;
  /** Half the width of the 95 % interval of end − start. */
  readonly reach: number | null;
  /** By step. */
  readonly cells: readonly WaterfallCell[];
  /** What shared steps did otherwise in the second recipe than in the first. */
  readonly interaction: number;
  /** What no step can be given: on the way to it something was not measured. */
  readonly open: number;
}

/** From one model to another, step by step. */
export interface Waterfall {
  readonly from: Model;
  readonly to: Model;
  readonly steps: readonly AlignedStep[];
  readonly metrics: readonly WaterfallMetric[];
  /** Names of the metrics that are not in both, or of mixed units. */
  readonly left: readonly string[];
}

/** The waterfall from `from` to `to` in the metrics `specs`; null where one of the two is unknown. */
export function waterfall(
  lineage: Lineage,
  from: string,
  to: string,
  specs: readonly MetricSpec[],
  replicates: Noise["replicates"],
): Waterfall | null {
  const recipes = alignedRecipes(lineage, from, to);
  const [first, last] = [lineage.nodes.get(from), lineage.nodes.get(to)];
  if (!recipes || !first || !last) return null;
  const { steps } = recipes;
  const noise = { replicates, comparisons: Math.max(1, steps.length) };
  const metrics = specs.flatMap((spec) => {
    const [start, end] = [first, last].map((node) => valueOf(node, spec));
    if (start == null || end == null || spec.mixed) return [];
    const cells = cellsOf(steps, recipes.ancestor, spec, noise);
    return { ...summed(steps, cells, start, end), spec, ...totalOf(first, last, spec, noise) };
  });
  const shown = new Set(metrics.map(({ spec }) => spec));
  const left = specs.filter((spec) => !shown.has(spec)).map(({ name }) => name);
  return { from: first.model, to: last.model, steps, metrics, left };
}

type Parts = Pick<WaterfallMetric, "start" | "end" | "cells" | "interaction" | "open">;

/** What stands in rows, and what of the total does not. */
function summed(
  steps: readonly AlignedStep[],
  given: readonly WaterfallCell[],
  start: number,
  end: number,
): Parts {
  let [rows, interaction] = [0, 0];
  const cells = given.map((cell, at) => {
    if (steps[at]!.kind !== "shared") {
      rows += cell.by ?? 0;
      return cell;
    }
    interaction += cell.by ?? 0;
    return { ...cell, by: cell.by === null ? null : 0 };
  });
  const scale = Math.max(Math.abs(start), Math.abs(end), Math.abs(rows), Math.abs(interaction));
  const rest = end - start - rows - interaction;
  const open = Math.abs(rest) <= 1e-9 * scale ? 0 : rest;
  return { start, end, cells, interaction: withoutNoise(interaction, scale), open };
}

function withoutNoise(value: number, scale: number): number {
  return Math.abs(value) <= 1e-12 * scale ? 0 : value;
}

function totalOf(
  first: LineageNode,
  last: LineageNode,
  spec: MetricSpec,
  noise: Noise,
): Pick<WaterfallMetric, "total" | "reach"> {
  const alone = { ...noise, comparisons: 1 };
  return {
    total: changeBetween(last.model, first.model, spec, alone),
    reach: reachOf(last, first, spec, alone),
  };
}

/** What each step did, in its own recipe. */
function cellsOf(
  steps: readonly AlignedStep[],
  ancestor: LineageNode | null,
  spec: MetricSpec,
  noise: Noise,
): WaterfallCell[] {
  const before = { from: new Walked(ancestor, spec), to: new Walked(ancestor, spec) };
  return steps.map(({ kind, from, to }) => {
    if (kind === "start") return startCell(before, from!, to!, spec, noise);
    const undone = from && before.from.step(from, noise);
    const done = to && before.to.step(to, noise);
    if (done && !undone) return done;
    if (undone && !done) return reversed(undone, spec);
    return {
      by: done?.by == null || undone?.by == null ? null : done.by - undone.by,
      reach: null,
      verdict: null,
      joined: Math.max(done?.joined ?? 0, undone?.joined ?? 0),
      caveat: done?.caveat ?? undone?.caveat ?? null,
    };
  });
}

/** From one root to another. */
function startCell(
  before: { from: Walked; to: Walked },
  from: LineageNode,
  to: LineageNode,
  spec: MetricSpec,
  noise: Noise,
): WaterfallCell {
  before.from.start(from);
  before.to.start(to);
  return cellBetween(from, to, 0, spec, noise);
}

/** A step that is not taken: what it did, the other way round. */
function reversed(cell: WaterfallCell, { goal }: MetricSpec): WaterfallCell {
  const { by, verdict } = cell;
  const told = verdict === "better" || verdict === "worse";
  const other = verdict === "better" ? "worse" : "better";
  return { ...cell, by: by === null ? null : -by, verdict: told && goal ? other : verdict };
}

/** One recipe on its way: the last model that was measured, and how many steps were not since. */
class Walked {
  readonly #spec: MetricSpec;
  #last: LineageNode | null = null;
  #missed = 0;

  constructor(ancestor: LineageNode | null, spec: MetricSpec) {
    this.#spec = spec;
    if (ancestor) this.start(ancestor);
  }

  start(node: LineageNode): void {
    this.#last = valueOf(node, this.#spec) === null ? null : node;
  }

  step(node: LineageNode, noise: Noise): WaterfallCell {
    if (valueOf(node, this.#spec) === null) {
      this.#missed++;
      return UNKNOWN;
    }
    const [last, missed] = [this.#last, this.#missed];
    [this.#last, this.#missed] = [node, 0];
    return last ? cellBetween(last, node, missed, this.#spec, noise) : UNKNOWN;
  }
}

const UNKNOWN: WaterfallCell = { by: null, reach: null, verdict: null, joined: 0, caveat: null };

function cellBetween(
  before: LineageNode,
  after: LineageNode,
  joined: number,
  spec: MetricSpec,
  noise: Noise,
): WaterfallCell {
  const [from, to] = [valueOf(before, spec), valueOf(after, spec)];
  if (from === null || to === null) return UNKNOWN;
  const change = changeBetween(after.model, before.model, spec, noise);
  return {
    by: to - from,
    reach: reachOf(after, before, spec, noise),
    verdict: change?.verdict ?? null,
    joined,
    caveat: change?.caveat ?? null,
  };
}

function reachOf(
  a: LineageNode,
  b: LineageNode,
  spec: MetricSpec,
  { replicates, comparisons }: Noise,
): number | null {
  const [one, other] = [a, b].map(({ model }) => knownOf(model, spec, replicates.get(model.key)));
  const reach = one && other ? differenceReach(one, other, comparisons) : null;
  return reach !== null && Number.isFinite(reach) ? reach : null;
}

function valueOf({ model }: LineageNode, { name }: MetricSpec): number | null {
  return model.metrics[name]?.value ?? null;
}

/** A step with the models before and after it, so that what they predict can be compared. */
export interface MeasuredStep {
  readonly key: string;
  readonly what: string;
  readonly before: Model;
  readonly after: Model;
}

/** The steps of both recipes, each from the model that it was made of; those taken back say so. */
export function measuredSteps({ steps }: Waterfall): MeasuredStep[] {
  return steps.flatMap(({ kind, phrase, from, to }) => {
    if (kind === "start") return pairOf(from, to, phrase);
    if (kind === "shared") return [];
    return [
      ...pairOf(from?.parent, from, `− ${from ? stepText(from) : ""}`),
      ...pairOf(to?.parent, to, `+ ${to ? stepText(to) : ""}`),
    ];
  });
}

function stepText({ model }: LineageNode): string {
  return operationText(model.operation) || model.id;
}

function pairOf(
  before: LineageNode | null | undefined,
  after: LineageNode | null,
  what: string,
): MeasuredStep[] {
  return before && after
    ? [{ key: `${before.key} ${after.key}`, what, before: before.model, after: after.model }]
    : [];
}
