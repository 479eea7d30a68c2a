/** Which names a text or a regular expression finds. */
export interface NameFilter {
  /** Whether all names pass. */
  readonly empty: boolean;
  readonly passes: (name: string) => boolean;
  /** What is wrong with the expression; null where nothing is. */
  readonly error: string | null;
}

const ALL: NameFilter = { empty: true, passes: () => true, error: null };

/** Text is looked for in any case and anywhere; an expression that is none lets all pass. */
export function nameFilter(text: string, regex: boolean): NameFilter {
  if (text === "") return ALL;
  if (!regex) {
    const wanted = text.toLowerCase();
    return { empty: false, error: null, passes: (name) => name.toLowerCase().includes(wanted) };
  }
  try {
    const pattern = new RegExp(text, "i");
    return { empty: false, error: null, passes: (name) => pattern.test(name) };
  } catch (error) {
    return { ...ALL, error: error instanceof Error ? error.message : String(error) };
  }
}
