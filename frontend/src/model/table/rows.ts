import type { Model } from "../wire.gen";

/** Which models stand in the table, by what leaves models out; null where nothing does. */
export interface LeftOut {
  /** Keys of the models that pass filters and search. */
  readonly matching: ReadonlySet<string> | null;
  /** Those of them that keep all budgets. */
  readonly kept: ReadonlySet<string> | null;
  /** Whether what does not match is hidden. */
  readonly hide: boolean;
}

/** `sorted` with the kept models first; of the others only those that are not hidden. */
export function tableRows(
  sorted: readonly Model[],
  { matching, kept, hide }: LeftOut,
): readonly Model[] {
  const shown = hide && matching ? sorted.filter(({ key }) => matching.has(key)) : sorted;
  if (!kept) return shown;
  return [
    ...shown.filter(({ key }) => kept.has(key)),
    ...shown.filter(({ key }) => !kept.has(key)),
  ];
}
