import type { TableCells } from "./cells";
import type { SortValue, TableColumn } from "./column";
import type { Model } from "../wire.gen";

export interface TableSort {
  /** A column's id. */
  column: string;
  descending: boolean;
}

/** `models` in the order of `sorts`, or as they are; missing values are last in both directions. */
export function sortedModels(
  models: readonly Model[],
  columns: readonly TableColumn[],
  sorts: readonly TableSort[],
  cells: TableCells | null = null,
): readonly Model[] {
  const keys = sorts.flatMap(({ column: id, descending }) => {
    const column = columns.find((one) => one.id === id);
    return column ? [{ column, direction: descending ? -1 : 1 }] : [];
  });
  if (keys.length === 0) return models;
  return models
    .map((model) => ({ model, values: keys.map(({ column }) => column.sortValue(model, cells)) }))
    .sort((a, b) => {
      for (const [index, { direction }] of keys.entries()) {
        const [one, other] = [a.values[index] ?? null, b.values[index] ?? null];
        const order = comparePresent(one, other) ?? direction * compare(one, other);
        if (order !== 0) return order;
      }
      return 0;
    })
    .map(({ model }) => model);
}

/**
 * The sorts after a click on the head of `column`: best first, then the reverse, then none. With
 * `add` the other columns stay; a new one counts least.
 */
export function nextSorts(
  column: TableColumn,
  sorts: readonly TableSort[],
  add: boolean,
): TableSort[] {
  const first = column.spec?.goal === "max";
  const known = sorts.find((sort) => sort.column === column.id);
  const next = !known ? first : known.descending === first ? !first : null;
  const sort = next === null ? [] : [{ column: column.id, descending: next }];
  if (!add) return sort;
  if (!known) return [...sorts, ...sort];
  return sorts.flatMap((one) => (one === known ? sort : one));
}

function comparePresent(a: SortValue, b: SortValue): number | null {
  if (a !== null && b !== null) return null;
  return Number(a === null) - Number(b === null);
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Numbers before words; words in natural order, so that prune-9 comes before prune-10. */
function compare(a: SortValue, b: SortValue): number {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "string" && typeof b === "string") return collator.compare(a, b);
  return typeof a === "number" ? -1 : 1;
}

/** Which models stand in the table, by what leaves models out; null where nothing does. */
export interface LeftOut {
  /** Keys of the models that pass filters and search. */
  readonly matching: ReadonlySet<string> | null;
  /** Those of them that keep all budgets. */
  readonly kept: ReadonlySet<string> | null;
  /** Whether what does not match is hidden. */
  readonly hide: boolean;
}

/** `sorted` with the kept models first; of the others only those that are not hidden. */
export function tableRows(
  sorted: readonly Model[],
  { matching, kept, hide }: LeftOut,
): readonly Model[] {
  const shown = hide && matching ? sorted.filter(({ key }) => matching.has(key)) : sorted;
  if (!kept) return shown;
  return [
    ...shown.filter(({ key }) => kept.has(key)),
    ...shown.filter(({ key }) => !kept.has(key)),
  ];
}
