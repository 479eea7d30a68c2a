import { changeBetween, type Change } from "../format/change";
import { exactMetric } from "../format/metric_format";
import type { Lineage } from "../lineage/lineage";
import { replicatesOf } from "../metrics/estimate";
import type { Noise } from "../metrics/known";
import { digitsAmong, uncertaintyText } from "../metrics/measurement";
import { bestBy } from "../tradeoffs/best_models";
import type { MetricSpec, Model } from "../wire.gen";

/** Metrics as they are, or as changes against another model. */
export const TABLE_MODES = ["value", "vs parent", "vs base", "vs best"] as const;
export type TableMode = (typeof TABLE_MODES)[number];

/** The part of a cell that its bar covers, as shares of the cell's width. */
export interface Bar {
  readonly from: number;
  readonly to: number;
}

/** What the cells of metrics show in one mode, for one set of models. */
export class TableCells {
  readonly #best = new Map<string, Model>();
  readonly #noise: Noise;
  readonly #extents = new Map<string, readonly [number, number]>();

  constructor(
    readonly mode: TableMode,
    private readonly models: readonly Model[],
    specs: readonly MetricSpec[],
    private readonly lineage: Lineage,
    private readonly base: Model | null,
  ) {
    this.#noise = { replicates: replicatesOf(models), comparisons: models.length - 1 };
    for (const spec of specs) {
      const best = mode === "vs best" ? bestBy(models, spec)?.model : undefined;
      if (best) this.#best.set(spec.name, best);
      const numbers = models.flatMap((model) => this.number(model, spec) ?? []);
      let [low, high] = [0, 0];
      for (const number of numbers) [low, high] = [Math.min(low, number), Math.max(high, number)];
      this.#extents.set(spec.name, [low, high]);
    }
  }

  /** The change against the mode's reference; null where there is nothing to compare. */
  change(model: Model, spec: MetricSpec): Change | null {
    return changeBetween(model, this.#reference(model, spec.name), spec, this.#noise);
  }

  /** The number by which a cell is sorted and its bar drawn; null where it shows none. */
  number(model: Model, spec: MetricSpec): number | null {
    if (this.mode === "value") return model.metrics[spec.name]?.value ?? null;
    const amount = this.change(model, spec)?.amount ?? null;
    return amount !== null && Number.isFinite(amount) ? amount : null;
  }

  /** From zero to the number, on the scale of its column; null where there is no number. */
  bar(model: Model, spec: MetricSpec): Bar | null {
    const number = this.number(model, spec);
    const [low, high] = this.#extents.get(spec.name) ?? [0, 0];
    // The distance between two finite numbers may be beyond all numbers.
    const range = high / 2 - low / 2;
    if (number === null || range === 0) return null;
    const share = (value: number): number => (value / 2 - low / 2) / range;
    return { from: share(Math.min(0, number)), to: share(Math.max(0, number)) };
  }

  /** The value with as many digits as tell it from those of all other models, for tooltips. */
  exact(model: Model, spec: MetricSpec): string {
    const digits = digitsAmong(this.models, spec.name);
    const metric = model.metrics[spec.name];
    return [exactMetric(metric, spec, digits), uncertaintyText(metric, spec)]
      .filter(Boolean)
      .join("\n");
  }

  #reference(model: Model, metric: string): Model | null | undefined {
    switch (this.mode) {
      case "value":
        return undefined;
      case "vs parent":
        return this.lineage.nodes.get(model.key)?.parent?.model;
      case "vs base":
        return this.base === model ? null : this.base;
      case "vs best":
        return this.#best.get(metric);
    }
  }
}
