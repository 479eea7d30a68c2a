/** A sentence that asserts something of models, and what must hold where the page says it. */
export interface Claim<Facts> {
  /** What it is about and says: "harm.unseen". */
  readonly id: string;
  /** The sentence; `…` stands for names and numbers. */
  readonly sentence: string;
  /** When it may be said, for the reader. */
  readonly when: string;
  readonly may: (facts: Facts) => boolean;
  readonly words: (facts: Facts) => string;
}

/** What the first of `claims` that may be said says; "" where none may. */
export function said<Facts>(facts: Facts, ...claims: readonly Claim<Facts>[]): string {
  return claims.find(({ may }) => may(facts))?.words(facts) ?? "";
}
