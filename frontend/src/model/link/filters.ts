import type { Filter } from "../filter";
import type { LinkFacet } from "./facet";

export interface FiltersLink {
  filters: readonly Filter[];
  /** Whether what does not pass is left out instead of faded. */
  hide: boolean;
}

export const filtersLink: LinkFacet<FiltersLink> = {
  defaults: { filters: [], hide: false },
  write: ({ filters, hide }) => ({
    fl: filters.length ? JSON.stringify(filters.map(itemsOf)) : undefined,
    hide: hide ? "1" : undefined,
  }),
  read: ({ fl, hide }) => ({ filters: readFilters(fl), hide: hide === "1" }),
};

function itemsOf(filter: Filter): unknown[] {
  switch (filter.kind) {
    case "metric":
    case "amount":
      return [filter.kind, filter.name, filter.low, filter.high];
    case "parameter":
      return [filter.kind, filter.name, ...filter.values];
    case "operation":
    case "status":
      return [filter.kind, ...filter.values];
    case "run":
    case "text":
      return [filter.kind, filter.text];
    case "budgets":
      return [filter.kind];
  }
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
  const texts = rest.filter((value) => typeof value === "string");
  const [name, ...values] = texts;
  switch (kind) {
    case "metric":
    case "amount":
      return name === undefined ? [] : [{ kind, name, low: end(rest[1]), high: end(rest[2]) }];
    case "parameter":
      return name === undefined ? [] : [{ kind, name, values }];
    case "operation":
    case "status":
      return [{ kind, values: texts }];
    case "run":
    case "text":
      return name ? [{ kind, text: name }] : [];
    case "budgets":
      return [{ kind }];
    default:
      return [];
  }
}

function end(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
