import type { LinkFacet } from "./facet";

export interface BehaviorsLink {}

export const behaviorsLink: LinkFacet<BehaviorsLink> = {
  defaults: {},
  write: () => ({}),
  read: () => ({}),
};
