/** Which modules show what they hold: as suits, all or none, but the toggled ones the other way. */
export interface Expansion {
  readonly rest: "auto" | "all" | "none";
  /** Full names. */
  readonly toggled: readonly string[];
}

export const AUTO_EXPANSION: Expansion = { rest: "auto", toggled: [] };
