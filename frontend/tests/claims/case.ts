/** Facts of which a claim may be said, what it says of them, and facts at the border, where it may not. */
export interface Case {
  readonly yes: unknown;
  readonly says: string | RegExp;
  readonly no: readonly unknown[];
}
