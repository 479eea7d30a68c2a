/**
 * A sentence that asserts something of models, and what must hold where the page says it: in words
 * in docs/measures.md, by its id.
 */
export interface Claim<Facts> {
  /** What it is about and says: "harm.unseen". */
  readonly id: string;
  readonly may: (facts: Facts) => boolean;
  readonly words: (facts: Facts) => string;
}

/** What the first of `claims` that may be said says; "" where none may. */
export function said<Facts>(facts: Facts, ...claims: readonly Claim<Facts>[]): string {
  return claims.find(({ may }) => may(facts))?.words(facts) ?? "";
}
