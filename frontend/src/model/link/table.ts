import type { TableSort } from "../table_sort";
import type { LinkFacet } from "./facet";

export interface TableLink {
  sort: TableSort | null;
}

export const tableLink: LinkFacet<TableLink> = {
  defaults: { sort: null },
  write: ({ sort }) => ({ sort: sort ? (sort.descending ? "-" : "+") + sort.column : undefined }),
  read({ sort = "" }) {
    const match = /^([+-])(.+)$/s.exec(sort);
    return { sort: match?.[2] ? { column: match[2], descending: match[1] === "-" } : null };
  },
};
