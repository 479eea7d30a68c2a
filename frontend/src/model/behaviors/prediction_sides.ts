import { briefly, FEW_PAIRS, wordDiff, type DiffPart } from "./prediction_diff";

/** Two texts side by side: what went is marked in the first, what came in the second. */
export interface Sides {
  readonly before: readonly DiffPart[];
  readonly after: readonly DiffPart[];
}

/** `brief`: what is the same is left out but for what stands beside changes. */
export function sidesOf(before: string, after: string, brief: boolean): Sides {
  const parts = brief ? wordDiff(before, after, FEW_PAIRS) : wordDiff(before, after);
  const side = (gone: DiffPart["kind"]) => {
    const kept = parts.filter(({ kind }) => kind !== gone);
    return brief ? briefly(kept) : kept;
  };
  return { before: side("added"), after: side("removed") };
}
