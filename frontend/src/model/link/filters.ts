import type { LinkFacet } from "./facet";

export interface FiltersLink {}

export const filtersLink: LinkFacet<FiltersLink> = {
  defaults: {},
  write: () => ({}),
  read: () => ({}),
};
