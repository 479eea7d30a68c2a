import { changeOf, type Change } from "../format/change";
import { exactMetric } from "../format/metric_format";
import type { Lineage } from "../lineage/lineage";
import { digitsAmong } from "../metrics/measurement";
import { bestBy } from "../tradeoffs/best_models";
import type { Metric, MetricSpec, Model } from "../wire.gen";

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
  readonly #best = new Map<string, Metric>();
  readonly #extents = new Map<string, readonly [number, number]>();

  constructor(
    readonly mode: TableMode,
    private readonly models: readonly Model[],
    specs: readonly MetricSpec[],
    private readonly lineage: Lineage,
    private readonly base: Model | null,
  ) {
    for (const spec of specs) {
      const best = mode === "vs best" ? bestBy(models, spec)?.model.metrics[spec.name] : undefined;
      if (best) this.#best.set(spec.name, best);
      const numbers = models.flatMap((model) => this.number(model, spec) ?? []);
      let [low, high] = [0, 0];
      for (const number of numbers) [low, high] = [Math.min(low, number), Math.max(high, number)];
      this.#extents.set(spec.name, [low, high]);
    }
  }

  /** The change against the mode's reference; null where there is nothing to compare. */
  change(model: Model, spec: MetricSpec): Change | null {
    const reference = this.#reference(model, spec.name);
    return changeOf(model.metrics[spec.name], reference, spec);
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
    return exactMetric(model.metrics[spec.name], spec, digits);
  }

  #reference(model: Model, metric: string): Metric | undefined {
    switch (this.mode) {
      case "value":
        return undefined;
      case "vs parent":
        return this.lineage.nodes.get(model.key)?.parent?.model.metrics[metric];
      case "vs base":
        return this.base === model ? undefined : this.base?.metrics[metric];
      case "vs best":
        return this.#best.get(metric);
    }
  }
}
