import { changeBetween, changeText } from "../format/change";
import type { Lineage } from "../lineage/lineage";
import { exactMetric, metricLabel } from "../format/metric_format";
import { loggedId } from "../labels/display_names";
import { operationText } from "../format/operation_words";
import { standingText } from "../labels/standing";
import type { Noise } from "../metrics/known";
import type { MetricSpec, Model } from "../wire.gen";
import { parentsText } from "./spoken";

/** Characters. */
const NOTE_IN_TIP = 140;

/** One line of a model's tooltip. */
export interface MetricLine {
  readonly name: string;
  /** Six digits, or why there are none. */
  readonly value: string;
  /** Against the main parent: "−7.0 pt"; "" where there is nothing to compare with. */
  readonly change: string;
  /** What is said of it; "" where the metric has no direction. */
  readonly verdict: string;
}

/** What tells one model from all others, in words. */
export interface ModelDescription {
  readonly id: string;
  /** Null where the id alone is unambiguous. */
  readonly run: string | null;
  /** What it was logged as, where it is shown under another name; else "". */
  readonly loggedAs: string;
  /** "magnitude prune 50 %"; "" where none was logged. */
  readonly operation: string;
  /** "running", "failed: diverged", "not logged by any run"; "" when finished. */
  readonly status: string;
  /** "child of dense"; "" for roots. */
  readonly parents: string;
  readonly tags: readonly string[];
  /** The beginning of what somebody wrote about it. */
  readonly note: string;
  readonly metrics: readonly MetricLine[];
}

/** The metrics that a tooltip lists: the primary ones, and what colours and sizes show. */
export function listedMetrics(shown: {
  readonly specs: readonly MetricSpec[];
  readonly colourSpec: MetricSpec | null;
  readonly sizeSpec: MetricSpec | null;
}): MetricSpec[] {
  return shown.specs.filter(
    (spec) => spec.primary || spec === shown.colourSpec || spec === shown.sizeSpec,
  );
}

/** `metrics`: those to list, in order. */
export function describeModel(
  model: Model,
  lineage: Lineage,
  metrics: readonly MetricSpec[],
  ambiguous: ReadonlySet<string>,
  noise: Noise,
): ModelDescription {
  const parent = lineage.nodes.get(model.key)?.parent?.model;
  return {
    id: model.id,
    run: ambiguous.has(model.id) ? model.run : null,
    loggedAs: loggedId(model) === model.id ? "" : loggedId(model),
    operation: operationText(model.operation),
    status: standingText(model, Date.now()),
    parents: parentsText(model, lineage),
    tags: model.tags ?? [],
    note: beginning(model.note ?? ""),
    metrics:
      model.status === "missing" ? [] : metrics.map((spec) => line(model, parent, spec, noise)),
  };
}

/** As much of a note as a tip has room for. */
function beginning(note: string): string {
  const characters = [...note.slice(0, 2 * NOTE_IN_TIP)];
  const more = note.length > 2 * NOTE_IN_TIP || characters.length > NOTE_IN_TIP;
  return more ? `${characters.slice(0, NOTE_IN_TIP).join("")}…` : note;
}

function line(model: Model, parent: Model | undefined, spec: MetricSpec, noise: Noise): MetricLine {
  const metric = model.metrics[spec.name];
  const change = changeBetween(model, parent, spec, noise);
  return {
    name: metricLabel(spec),
    value: exactMetric(metric, spec),
    change: change ? changeText(change, spec) + (change.caveat ? " (other conditions)" : "") : "",
    verdict: change?.verdict ?? "",
  };
}
