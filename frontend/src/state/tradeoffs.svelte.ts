import type { Standing } from "../model/claims/front";
import { caveatAmong } from "../model/metrics/conditions";
import { replicatesOf } from "../model/metrics/estimate";
import type { Noise } from "../model/metrics/known";
import {
  automaticColour,
  chosenMetric,
  costMetric,
  withGoals,
  type Goal,
} from "../model/metrics/metric_choice";
import { bestBy, type Best } from "../model/tradeoffs/best_models";
import {
  keepsAll,
  knownLimits,
  loggedLimits,
  type KnownLimit,
  type Limit,
} from "../model/tradeoffs/budget";
import { decide, type DecisionQuestion } from "../model/tradeoffs/decision";
import { movedLimit } from "../model/tradeoffs/limit_drag";
import { openStandings, paretoFront, type OpenStanding } from "../model/tradeoffs/pareto";
import { noiseCaveat } from "../model/tradeoffs/standing";
import { scatterPoints, type ScatterPoint } from "../model/tradeoffs/scatter";
import { countOutside, crowdView, viewOf } from "../model/tradeoffs/scatter_view";
import type { MetricSpec, Model } from "../model/wire.gen";
import type { LinkedModels } from "./linked_models.svelte";

/** Among which models trade-offs are looked for; of sets of keys, null stands for all. */
export interface Remaining {
  /** The models that are drawn. */
  readonly shown: readonly Model[];
  /** Those that pass the filters, and those that the search finds too. */
  readonly passing: ReadonlySet<string> | null;
  readonly matching: ReadonlySet<string> | null;
}

/** Which models are worth their cost. */
export class Tradeoffs {
  readonly #panel: LinkedModels;
  readonly #remaining: Remaining;

  constructor(panel: LinkedModels, remaining: Remaining) {
    this.#panel = panel;
    this.#remaining = remaining;
  }

  /** How to read the metrics, with the goals that the user chose where there was none. */
  readonly specs = $derived.by(() =>
    withGoals(this.#panel.specs, new Map(Object.entries(this.#panel.link.goals))),
  );
  readonly y = $derived.by(() => {
    const name = chosenMetric(this.#panel.link.y, this.specs, automaticColour);
    return this.specs.find((spec) => spec.name === name) ?? null;
  });
  readonly x = $derived.by(() => {
    const { link, models } = this.#panel;
    const others = this.specs.filter((spec) => spec !== this.y);
    const name = chosenMetric(link.x, this.specs, () => costMetric(others, models));
    return this.specs.find((spec) => spec.name === name) ?? null;
  });

  readonly replicates = $derived.by(() => replicatesOf(this.#panel.models));
  /** Of steps: every model against its parent, all at once. */
  readonly stepNoise = $derived.by((): Noise => ({
    replicates: this.replicates,
    comparisons: this.#panel.models.length,
  }));
  readonly points = $derived.by((): ScatterPoint[] => {
    const { x, y } = this;
    return x && y ? scatterPoints(this.#remaining.shown, x, y, this.replicates) : [];
  });
  /** The axes on which the points were measured under different conditions, and which. */
  readonly caveats = $derived.by(() =>
    [this.x, this.y].flatMap((spec) => {
      const text =
        spec &&
        !spec.mixed &&
        caveatAmong(
          this.points.map(({ model }) => model),
          spec,
        );
      return text ? [{ spec, text }] : [];
    }),
  );
  /** Logged models that lack one of the two metrics. */
  readonly lacking = $derived.by(() => {
    const shown = new Set(this.points.map(({ key }) => key));
    return this.#remaining.shown.filter(
      ({ key, status }) => !shown.has(key) && status !== "missing",
    );
  });

  /** The points that compete: those of models that pass the filters and did not fail. */
  readonly #competing = $derived.by(() => {
    const { passing } = this.#remaining;
    return this.points.filter(
      ({ key, model }) => model.status !== "failed" && (passing === null || passing.has(key)),
    );
  });
  /** The Pareto front, from the best x to the best y. */
  readonly frontPoints = $derived.by(() => {
    const { x, y } = this;
    return x?.goal && y?.goal && !x.mixed && !y.mixed
      ? paretoFront(this.#competing, x.goal, y.goal)
      : [];
  });
  /** Keys of the models on the front. */
  readonly front: ReadonlySet<string> = $derived.by(
    () => new Set(this.frontPoints.map(({ key }) => key)),
  );
  /** How models off the front stand that are not known to be beaten, by key. */
  readonly #open: ReadonlyMap<string, OpenStanding> = $derived.by(() => {
    const { x, y } = this;
    if (!x?.goal || !y?.goal || this.front.size === 0) return new Map();
    return openStandings(this.#competing, this.front, x.goal, y.goal);
  });
  /** Keys of models off the front that are not told from it. */
  readonly tied: ReadonlySet<string> = $derived(keysOf(this.#open, "tied"));
  /** Those that are behind it by numbers of unknown noise. */
  readonly unknown: ReadonlySet<string> = $derived(keysOf(this.#open, "unknown"));
  /** What to know of the noise on the axes, in a few words. */
  readonly noiseCaveats = $derived.by(() =>
    (
      [
        [this.y, "onY"],
        [this.x, "onX"],
      ] as const
    ).flatMap(([spec, axis]) => (spec && noiseCaveat(spec, this.points, axis)) ?? []),
  );

  /** The view of the crowd near the best, where the rest would hide it. */
  readonly crowdView = $derived.by(() => {
    const { base, selectedKeys } = this.#panel;
    const wanted = [...selectedKeys, ...(base ? [base.key] : [])];
    return crowdView(this.points, this.y?.goal ?? null, wanted);
  });
  /** What part of the plane is shown; null for all. */
  readonly zoom = $derived.by(() => {
    const { scatterZoom } = this.#panel.link;
    return scatterZoom === "all" ? null : (scatterZoom ?? this.crowdView);
  });
  readonly outside = $derived.by(() => countOutside(this.points, this.zoom));

  /** The limits in force, also on metrics that do not exist here. */
  readonly limits = $derived.by(
    (): readonly Limit[] => this.#panel.link.budgets ?? loggedLimits(this.specs),
  );
  readonly knownLimits = $derived.by(() => knownLimits(this.limits, this.specs, this.#panel.base));
  /** Keys of the models within all limits; null while there are none. */
  readonly withinBudgets: ReadonlySet<string> | null = $derived.by(() => {
    const limits = this.knownLimits;
    if (limits.length === 0) return null;
    const within = this.#panel.models.filter((model) => keepsAll(model, limits));
    return new Set(within.map(({ key }) => key));
  });
  /** The logged models that pass filters and search, of which some keep the limits. */
  readonly candidates = $derived.by((): readonly Model[] => {
    const { matching } = this.#remaining;
    return this.#panel.models.filter(
      ({ key, status }) => status !== "missing" && (matching?.has(key) ?? true),
    );
  });
  readonly candidatesWithin = $derived.by(() =>
    this.candidates.filter(({ key }) => this.withinBudgets?.has(key)),
  );
  /** The best models within the limits on the axes' metrics, of the quality first. */
  readonly bestWithin = $derived.by((): Best[] =>
    [this.y, this.x].flatMap((spec) => (spec && bestBy(this.candidatesWithin, spec)) ?? []),
  );
  /** What the decision is asked of; null where a metric or a base is missing. */
  readonly question = $derived.by((): DecisionQuestion | null => {
    const { x: cost, y: quality, replicates } = this;
    const { base } = this.#panel;
    if (!cost || !quality || !base) return null;
    const candidates = this.withinBudgets ? this.candidatesWithin : this.candidates;
    return { candidates, base, quality, cost, replicates };
  });
  /** The cheapest model that keeps the base's quality. */
  readonly decision = $derived.by(() => (this.question ? decide(this.question) : null));

  standing(key: string): Standing {
    return this.front.has(key) ? "front" : (this.#open.get(key) ?? null);
  }

  /** Shows the front and what is tied with it. */
  showFront(): void {
    const best = this.points.filter(({ key }) => this.front.has(key) || this.tied.has(key));
    this.#panel.set({ scatterZoom: viewOf(best) });
  }

  setLimits(budgets: readonly Limit[] | null): void {
    this.#panel.set({ budgets });
  }

  /** Moves a limit while its line is dragged: all moves of one drag are one step of undo. */
  dragLimit({ limit }: KnownLimit, value: number, drag: number): void {
    const moved = movedLimit(limit, value, this.#panel.base?.metrics[limit.metric]);
    const budgets = this.limits.map((one) => (one === limit ? moved : one));
    this.#panel.set({ budgets }, `drag ${drag} of ${limit.metric}`);
  }

  setGoal(spec: MetricSpec, goal: Goal): void {
    this.#panel.set({ goals: { ...this.#panel.link.goals, [spec.name]: goal } });
  }
}

function keysOf(standings: ReadonlyMap<string, OpenStanding>, wanted: OpenStanding): Set<string> {
  return new Set([...standings].flatMap(([key, standing]) => (standing === wanted ? key : [])));
}
