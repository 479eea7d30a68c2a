import type { Filter, ValueChoice } from "../selection/filter";
import type { LinkFacet } from "./facet";

export interface FiltersLink {
  filters: readonly Filter[];
  /** Whether what does not pass is left out instead of faded. */
  hide: boolean;
  /** Whether hidden models are shown. */
  showHidden: boolean;
}

export const filtersLink: LinkFacet<FiltersLink> = {
  defaults: { filters: [], hide: false, showHidden: false },
  write: ({ filters, hide, showHidden }) => ({
    fl: filters.length ? JSON.stringify(filters.map(itemsOf)) : undefined,
    hide: hide ? "1" : undefined,
    sh: showHidden ? "1" : undefined,
  }),
  read: ({ fl, hide, sh }) => ({
    filters: readFilters(fl),
    hide: hide === "1",
    showHidden: sh === "1",
  }),
};

function itemsOf(filter: Filter): unknown[] {
  switch (filter.kind) {
    case "metric":
    case "amount":
      return [filter.kind, filter.name, filter.low, filter.high];
    case "parameter":
      return [filter.kind, filter.name, ...choiceItems(filter)];
    case "operation":
    case "status":
    case "tag":
      return [filter.kind, ...choiceItems(filter)];
    case "run":
    case "text":
      return [filter.kind, filter.text];
    case "budgets":
      return [filter.kind];
  }
}

/** The values, then a list of those not to have. */
function choiceItems({ values, without }: ValueChoice): unknown[] {
  return without.length ? [...values, without] : [...values];
}

function readFilters(text = "[]"): Filter[] {
  try {
    const items: unknown = JSON.parse(text);
    return Array.isArray(items) ? items.flatMap(readFilter) : [];
  } catch {
    return [];
  }
}

function readFilter(item: unknown): Filter[] {
  if (!Array.isArray(item)) return [];
  const [kind, ...rest] = item as unknown[];
  const texts = textsOf(rest);
  const [name, ...values] = texts;
  const without = textsOf(
    rest.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [])),
  );
  switch (kind) {
    case "metric":
    case "amount":
      return name === undefined ? [] : [{ kind, name, low: end(rest[1]), high: end(rest[2]) }];
    case "parameter":
      return name === undefined || values.length + without.length === 0
        ? []
        : [{ kind, name, values, without }];
    case "operation":
    case "status":
    case "tag":
      return texts.length + without.length ? [{ kind, values: texts, without }] : [];
    case "run":
    case "text":
      return name ? [{ kind, text: name }] : [];
    case "budgets":
      return [{ kind }];
    default:
      return [];
  }
}

function textsOf(items: readonly unknown[]): string[] {
  return items.filter((value) => typeof value === "string");
}

function end(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
