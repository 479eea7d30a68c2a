import { changeBetween, type Change } from "../format/change";
import { ONE_PAIR, type Noise } from "../metrics/known";
import {
  distinguishingDigits,
  measurementText,
  measurementTip,
  repeatsText,
  sharedMeasurement,
  uncertaintyText,
} from "../metrics/measurement";
import type { Metric, MetricSpec, Model } from "../wire.gen";

/** One metric of one model, beside its parent and the base. */
export interface MetricRow {
  spec: MetricSpec;
  metric: Metric | undefined;
  /** Against the main parent; null where there is nothing to compare. */
  parentChange: Change | null;
  /** Against the base; null also where the model is the base. */
  baseChange: Change | null;
  /** Against the best of all models, whose id is `best`; null where it is the best itself. */
  bestChange: Change | null;
  best: string | null;
  /** All that a tooltip says of it, in digits that tell it from the parent's and the base's. */
  tip: string;
  /** Repeats, and where it was measured unless all metrics share that; "" where nothing is to say. */
  note: string;
}

export interface MetricRows {
  rows: MetricRow[];
  /** Names of the metrics that were not logged. */
  missing: string[];
  /** Where all metrics were measured, where that is one place. */
  measured: string | null;
}

/**
 * The metrics of `model`, primary ones first, those that were not logged apart; `bestOf` answers with the
 * best model of a metric.
 */
export function metricRows(
  model: Model,
  parent: Model | null,
  base: Model | null,
  specs: readonly MetricSpec[],
  bestOf: (spec: MetricSpec) => Model | null = () => null,
  noise: Noise = ONE_PAIR,
): MetricRows {
  const measured = sharedMeasurement(Object.values(model.metrics));
  const rows = primaryFirst(specs)
    .filter((spec) => model.metrics[spec.name])
    .map((spec) => {
      const metric = model.metrics[spec.name];
      const best = bestOf(spec);
      const isBest = best === null || best === model;
      const place = measured === null && metric ? measurementText(metric) : "";
      const compared = [model, parent, base, best].flatMap(
        (one) => one?.metrics[spec.name]?.value ?? [],
      );
      return {
        spec,
        metric,
        tip: measurementTip(metric, spec, distinguishingDigits(compared)),
        parentChange: changeBetween(model, parent, spec, noise),
        baseChange: base === model ? null : changeBetween(model, base, spec, noise),
        bestChange: isBest ? null : changeBetween(model, best, spec, noise),
        best: best?.id ?? null,
        note: [uncertaintyText(metric, spec), repeatsText(metric, spec), place]
          .filter(Boolean)
          .join(" · "),
      };
    });
  const missing = specs.filter((spec) => !model.metrics[spec.name]).map(({ name }) => name);
  return { rows, missing, measured };
}

/** `specs` with the primary ones first, otherwise in their order. */
export function primaryFirst(specs: readonly MetricSpec[]): MetricSpec[] {
  return [...specs].sort((a, b) => Number(b.primary) - Number(a.primary));
}
