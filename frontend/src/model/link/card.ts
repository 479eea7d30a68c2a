import type { LinkFacet } from "./facet";

/** The two models whose diff card is open. */
export interface CardLink {
  /** Keys, the one that is compared with first; null while none is open. */
  card: readonly [from: string, to: string] | null;
}

export const cardLink: LinkFacet<CardLink> = {
  defaults: { card: null },
  write: ({ card }) => ({ dc: card ? card.join(",") : undefined }),
  read: ({ dc }) => {
    const [from, to, ...more] = (dc ?? "").split(",");
    return { card: from && to && more.length === 0 ? [from, to] : null };
  },
  step: ({ card }) => card !== null,
};
