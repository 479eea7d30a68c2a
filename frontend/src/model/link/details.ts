import type { LinkFacet } from "./facet";

export interface DetailsLink {}

export const detailsLink: LinkFacet<DetailsLink> = {
  defaults: {},
  write: () => ({}),
  read: () => ({}),
};
