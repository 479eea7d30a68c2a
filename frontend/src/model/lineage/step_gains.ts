import { median } from "d3-array";

import { changeBetween, changeOfNumbers, type Change } from "../format/change";
import { operationText } from "../format/operation_words";
import type { Noise } from "../metrics/known";
import type { MetricSpec, Model, Operation } from "../wire.gen";
import type { Lineage } from "./lineage";

/** What an operation did to models that the same step had made. */
export interface StepGain {
  /** The step before it: "magnitude prune 50 %, scope global"; the id of a root. */
  readonly after: string;
  /** The models that it made, and what it made them of; failed ones left out. */
  readonly models: readonly Model[];
  readonly parents: readonly Model[];
}

export interface StepGains {
  readonly operation: string;
  readonly rows: readonly StepGain[];
  /** How many of the models failed. */
  readonly failed: number;
}

/** The metric before and after, medians where there are several models. */
export interface GainIn {
  readonly from: number | null;
  readonly to: number | null;
  /** Null where nothing can be compared; without a verdict where it is one of medians. */
  readonly change: Change | null;
}

interface Made {
  readonly model: Model;
  readonly parent: Model;
}

/** More rows are read by nobody: then steps that differ in their later parameters share one. */
const MOST_ROWS = 20;

/**
 * What one operation did to `models`, by the step before it; null where they were not all made by the
 * same operation, or fewer than two of them of a model that was logged.
 */
export function stepGains(lineage: Lineage, models: readonly Model[]): StepGains | null {
  const operation = models[0]?.operation?.name;
  if (operation === undefined) return null;
  if (models.some((model) => model.operation?.name !== operation)) return null;
  const lasting = models.filter(({ status }) => status !== "failed");
  const made = lasting.flatMap((model): Made[] => {
    const parent = lineage.nodes.get(model.key)?.parent?.model;
    return parent && parent.status !== "missing" ? [{ model, parent }] : [];
  });
  if (made.length < 2) return null;
  const given = made.map(({ parent }) => Object.keys(parent.operation?.parameters ?? {}).length);
  let rows: StepGain[] = [];
  for (let parameters = Math.max(...given); parameters >= 0; parameters--) {
    rows = rowsOf(made, parameters);
    if (rows.length <= MOST_ROWS) break;
  }
  return { operation, rows, failed: models.length - lasting.length };
}

/** Steps of which the first `parameters` parameters are the same share a row. */
function rowsOf(made: readonly Made[], parameters: number): StepGain[] {
  const rows = new Map<string, { after: string; models: Model[]; parents: Model[] }>();
  for (const { model, parent } of made) {
    const after = operationText(withFirst(parent.operation, parameters)) || parent.id;
    const row = rows.get(after) ?? { after, models: [], parents: [] };
    row.models.push(model);
    row.parents.push(parent);
    rows.set(after, row);
  }
  const order = new Intl.Collator("en", { numeric: true });
  return [...rows.values()].sort((a, b) => order.compare(a.after, b.after));
}

function withFirst(operation: Operation | null, parameters: number): Operation | null {
  if (!operation) return null;
  const first = Object.entries(operation.parameters).slice(0, parameters);
  return { ...operation, parameters: Object.fromEntries(first) };
}

export function gainIn({ models, parents }: StepGain, spec: MetricSpec, noise: Noise): GainIn {
  const [to, from] = [models, parents].map(
    (several) => median(several, ({ metrics }) => metrics[spec.name]?.value ?? undefined) ?? null,
  ) as [number | null, number | null];
  const [model] = models;
  if (models.length === 1 && model) {
    return { from, to, change: changeBetween(model, parents[0], spec, noise) };
  }
  const isKnown = from !== null && to !== null && !spec.mixed;
  return {
    from,
    to,
    change: isKnown ? { ...changeOfNumbers(to, from, spec), verdict: null } : null,
  };
}
