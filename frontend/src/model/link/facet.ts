/** The part of a link that one view owns: short keys and values. */
export type LinkValues = Record<string, string>;

/** How one part of the panel's state is kept in the link. */
export interface LinkFacet<State> {
  readonly defaults: State;
  /** What is at its default is undefined. */
  readonly write: (state: State) => Record<string, string | undefined>;
  /** What is left out or spelled wrongly is at its default. */
  readonly read: (values: Readonly<LinkValues>) => State;
  /** What the browser's back button walks: a change of it is a step of the history. */
  readonly step?: (state: State) => unknown;
}
