import type { Caution } from "../model/claims/front";
import { metricColumnId, shownColumns, tableColumns } from "../model/table/columns";
import type { TableColumn } from "../model/table/column";
import { TableCells } from "../model/table/cells";
import { nextSorts, sortedModels, tableRows, type TableSort } from "../model/table/sort";
import type { Filters } from "./filters.svelte";
import type { LinkedModels } from "./linked_models.svelte";
import type { Tradeoffs } from "./tradeoffs.svelte";

/** The table as it is shown. */
export class Table {
  readonly #panel: LinkedModels;
  readonly #filters: Filters;
  readonly #tradeoffs: Tradeoffs;
  readonly #caution: (key: string) => Caution | null;

  constructor(
    panel: LinkedModels,
    filters: Filters,
    tradeoffs: Tradeoffs,
    caution: (key: string) => Caution | null,
  ) {
    this.#panel = panel;
    this.#filters = filters;
    this.#tradeoffs = tradeoffs;
    this.#caution = caution;
  }

  /** All columns that these models fill. */
  readonly allColumns = $derived.by(() => {
    const { models, specs, lineage } = this.#panel;
    const standing = (key: string) => this.#tradeoffs.standing(key);
    const within = this.#tradeoffs.withinBudgets;
    const context = { lineage, standing, caution: this.#caution, within };
    return tableColumns({ models, metrics: specs, context });
  });
  readonly columns = $derived.by(() => {
    const { hiddenColumns, pinnedColumns } = this.#panel.link;
    return shownColumns(this.allColumns, hiddenColumns, pinnedColumns);
  });
  /** How many of the columns stay in sight. */
  readonly pinned = $derived.by(() => {
    const pinned = new Set(this.#panel.link.pinnedColumns);
    return this.columns.filter(({ id, kind }) => kind === "model" || pinned.has(id)).length;
  });
  readonly cells = $derived.by(() => {
    const { models, specs, lineage, base, link } = this.#panel;
    return new TableCells(link.tableMode, models, specs, lineage, base);
  });
  /** By what it is sorted: as the user chose, else by quality, the best first. */
  readonly sorts = $derived.by((): readonly TableSort[] => {
    const { sort } = this.#panel.link;
    const { y } = this.#tradeoffs;
    if (sort.length || !y?.goal) return sort;
    return [{ column: metricColumnId(y.name), descending: y.goal === "max" }];
  });
  /** The models in the order shown: what filters, search and budgets leave out comes last. */
  readonly models = $derived.by(() => {
    const { models, link } = this.#panel;
    const { matching, kept } = this.#filters;
    const sorted = sortedModels(models, this.allColumns, this.sorts, this.cells);
    return tableRows(sorted, { matching, kept, hide: link.hide });
  });

  sortBy(column: TableColumn, add: boolean): void {
    this.#panel.set({ sort: nextSorts(column, this.sorts, add) });
  }

  /** Shows or leaves out a column. */
  toggle(id: string): void {
    this.#panel.set({ hiddenColumns: toggled(this.#panel.link.hiddenColumns, id) });
  }

  pin(id: string): void {
    this.#panel.set({ pinnedColumns: toggled(this.#panel.link.pinnedColumns, id) });
  }

  /** Leaves out all columns, or none. */
  hide(all: boolean): void {
    const ids = this.allColumns.filter(({ kind }) => kind !== "model").map(({ id }) => id);
    this.#panel.set({ hiddenColumns: all ? ids : [] });
  }
}

function toggled(ids: readonly string[], id: string): string[] {
  return ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id];
}
