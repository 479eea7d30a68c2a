import type { LinkFacet } from "./facet";

/** What stands open beside map and trade-offs. */
export interface OverviewLink {
  /** Whether the table is open; null: where there is room. */
  tableOpen: boolean | null;
  /** Whether the filters stand beside the map. */
  filtersOpen: boolean;
  /** Whether budgets are edited under the trade-offs. */
  budgetsOpen: boolean;
}

export const overviewLink: LinkFacet<OverviewLink> = {
  defaults: { tableOpen: null, filtersOpen: false, budgetsOpen: false },
  write: ({ tableOpen, filtersOpen, budgetsOpen }) => ({
    to: tableOpen === null ? undefined : tableOpen ? "1" : "0",
    fo: filtersOpen ? "1" : undefined,
    bo: budgetsOpen ? "1" : undefined,
  }),
  read: ({ to, fo, bo }) => ({
    tableOpen: to === "1" ? true : to === "0" ? false : null,
    filtersOpen: fo === "1",
    budgetsOpen: bo === "1",
  }),
};
