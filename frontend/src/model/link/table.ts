import { TABLE_MODES, type TableMode } from "../table/cells";
import type { TableSort } from "../table/sort";
import type { LinkFacet } from "./facet";

export interface TableLink {
  /** By which columns the table is sorted, the first counts most. */
  sort: readonly TableSort[];
  tableMode: TableMode;
  /** Ids of columns that are left out. */
  hiddenColumns: readonly string[];
  /** Ids of columns that stay in sight beside the model. */
  pinnedColumns: readonly string[];
}

export const tableLink: LinkFacet<TableLink> = {
  defaults: { sort: [], tableMode: "value", hiddenColumns: [], pinnedColumns: [] },
  write: ({ sort, tableMode, hiddenColumns, pinnedColumns }) => ({
    sort: listText(sort.map(({ column, descending }) => (descending ? "-" : "+") + column)),
    tm: tableMode === "value" ? undefined : tableMode.replace("vs ", ""),
    hc: listText(hiddenColumns),
    pc: listText(pinnedColumns),
  }),
  read: ({ sort, tm, hc, pc }) => ({
    sort: readList(sort).flatMap(readSort),
    tableMode: TABLE_MODES.find((mode) => mode === `vs ${tm}`) ?? "value",
    hiddenColumns: readList(hc),
    pinnedColumns: readList(pc),
  }),
};

/** One text as it is, several as JSON. */
function listText(items: readonly string[]): string | undefined {
  const [only] = items;
  if (items.length < 2 && !only?.startsWith("[")) return only;
  return JSON.stringify(items);
}

function readList(text: string | undefined): string[] {
  if (!text) return [];
  if (!text.startsWith("[")) return [text];
  try {
    const items: unknown = JSON.parse(text);
    return Array.isArray(items) ? items.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}

function readSort(text: string): TableSort[] {
  const match = /^([+-])(.+)$/s.exec(text);
  return match?.[2] ? [{ column: match[2], descending: match[1] === "-" }] : [];
}
