import { amountText } from "../format/metric_amount";
import { metricLabel } from "../format/metric_format";
import { parameterValue } from "../format/operation_words";
import type { MetricSpec } from "../wire.gen";
import type { Filter, ValueChoice } from "./filter";

/** "accuracy ≥ 0.9", "operation: prune or int8", "operation: not int8". */
export function filterText(filter: Filter, specs: readonly MetricSpec[]): string {
  switch (filter.kind) {
    case "metric": {
      const spec = specs.find(({ name }) => name === filter.name);
      if (!spec) return rangeText(filter.name, filter, String);
      return rangeText(metricLabel(spec), filter, (value) => amountText(value, spec));
    }
    case "amount":
      return rangeText(filter.name, filter, (value) => parameterValue(filter.name, value));
    case "parameter":
      return `${filter.name}: ${choiceText(filter, "not given")}`;
    case "operation":
      return `operation: ${choiceText(filter, "none")}`;
    case "status":
      return `status: ${choiceText(filter, "")}`;
    case "tag":
      return `tag: ${choiceText(filter, "none")}`;
    case "run":
      return `run has “${filter.text}”`;
    case "text":
      return `“${filter.text}”`;
    case "budgets":
      return "within budgets";
  }
}

function rangeText(
  name: string,
  { low, high }: { low: number | null; high: number | null },
  write: (value: number) => string,
): string {
  if (low === null) return high === null ? `${name} logged` : `${name} ≤ ${write(high)}`;
  if (high === null) return `${name} ≥ ${write(low)}`;
  return `${name} ${write(low)} to ${write(high)}`;
}

function choiceText({ values, without }: ValueChoice, empty: string): string {
  const names = (list: readonly string[]) => list.map((value) => value || empty);
  const wanted = values.length ? oneOf(names(values)) : "";
  const unwanted = without.length ? `not ${oneOf(names(without))}` : "";
  return [wanted, unwanted].filter(Boolean).join(", ");
}

function oneOf(values: readonly string[]): string {
  return values.length > 3 ? `${values.length} of them` : values.join(" or ");
}
