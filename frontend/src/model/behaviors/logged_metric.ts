import { meanText } from "./mean_text";
import { fullMetric } from "../format/metric_format";
import type { BehaviorMeasure, Estimate, MetricSpec, Model } from "../wire.gen";

/** Names that metrics of the same kind as "correct" have, without what is no letter or digit. */
const OF_CORRECT = new Set(["accuracy", "acc", "top1", "top1accuracy", "exactmatch", "em"]);
/** What stands before the name of a metric to tell where it was measured. */
const WHERE = /^(test|val|valid|validation|eval|evaluation|dev)(?=.)/;

/** The metric that says the same as the mean of `measure`, by its name; null without one. */
export function metricOf(
  measure: BehaviorMeasure,
  specs: readonly MetricSpec[],
): MetricSpec | null {
  const kind = plain(measure.label);
  const alike = (name: string): boolean =>
    name === kind || (measure.id === "correct" && OF_CORRECT.has(name));
  return (
    specs.find(({ name }) => {
      const last = plain(name.split("/").at(-1) ?? "");
      return alike(last) || alike(last.replace(WHERE, ""));
    }) ?? null
  );
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/**
 * A model whose logged metric lies outside the 95 % interval of the same mean over a data set, and
 * so was measured on something else: both numbers, in words. Null where they agree.
 */
export function measuredElsewhere(
  model: Model,
  spec: MetricSpec,
  mean: Estimate | null,
  measure: BehaviorMeasure,
): string | null {
  const metric = model.metrics[spec.name];
  const logged = metric?.value ?? null;
  if (logged === null || mean === null || mean.low === null || mean.high === null) return null;
  const percent = measure.rate && spec.unit.trim() === "%";
  const value = percent ? logged / 100 : logged;
  if (value >= mean.low && value <= mean.high) return null;
  return `${model.id}: ${spec.name} ${fullMetric(metric, spec)} as logged, ${meanText(mean.value, measure)} here`;
}
