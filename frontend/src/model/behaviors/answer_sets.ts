import type { DiffPart } from "./word_diff";

/** How the classes of a multi-label answer differ from those of another: in order, the lost last. */
export function setDiff(before: readonly string[], after: readonly string[]): DiffPart[] {
  const [was, is] = [new Set(before), new Set(after)];
  return [
    ...after.map((text): DiffPart => ({ kind: was.has(text) ? "same" : "added", text })),
    ...before.filter((text) => !is.has(text)).map((text): DiffPart => ({ kind: "removed", text })),
  ];
}
