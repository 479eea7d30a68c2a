import type { LinkFacet } from "./facet";

export interface TradeoffsLink {}

export const tradeoffsLink: LinkFacet<TradeoffsLink> = {
  defaults: {},
  write: () => ({}),
  read: () => ({}),
};
