import { shownColumns, tableColumns, type TableColumn } from "../model/table/columns";
import { TableCells } from "../model/table/cells";
import { nextSorts, sortedModels, tableRows } from "../model/table/sort";
import type { Filters } from "./filters.svelte";
import type { LinkedModels } from "./linked_models.svelte";

/** The table as it is shown. */
export class Table {
  readonly #panel: LinkedModels;
  readonly #filters: Filters;

  constructor(panel: LinkedModels, filters: Filters) {
    this.#panel = panel;
    this.#filters = filters;
  }

  /** All columns that these models fill. */
  readonly allColumns = $derived.by(() => {
    const { models, specs } = this.#panel;
    return tableColumns({ models, metrics: specs });
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
  /** The models in the order shown: what filters, search and budgets leave out comes last. */
  readonly models = $derived.by(() => {
    const { models, link } = this.#panel;
    const { matching, kept } = this.#filters;
    const sorted = sortedModels(models, this.allColumns, link.sort, this.cells);
    return tableRows(sorted, { matching, kept, hide: link.hide });
  });

  sortBy(column: TableColumn, add: boolean): void {
    this.#panel.set({ sort: nextSorts(column, this.#panel.link.sort, add) });
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
