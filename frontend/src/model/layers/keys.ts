import type { ListedRow } from "./listing";

/** What a key does in a tree grid: https://www.w3.org/WAI/ARIA/apg/patterns/treegrid/ */
export type TreeStep =
  | { kind: "go"; index: number }
  | { kind: "toggle"; index: number }
  | { kind: "open"; index: number }
  | { kind: "close" }
  | null;

/** Rows that a page key moves. */
const PAGE = 10;

/** What `key` means on row `at` of the list. */
export function treeStep(key: string, at: number, listed: readonly ListedRow[]): TreeStep {
  const here = listed[at];
  if (key === "Escape") return { kind: "close" };
  if (!here) return null;
  const last = listed.length - 1;
  const go = (index: number): TreeStep => ({
    kind: "go",
    index: Math.min(Math.max(0, index), last),
  });
  switch (key) {
    case "ArrowDown":
      return go(at + 1);
    case "ArrowUp":
      return go(at - 1);
    case "PageDown":
      return go(at + PAGE);
    case "PageUp":
      return go(at - PAGE);
    case "Home":
      return go(0);
    case "End":
      return go(last);
    case "ArrowRight":
      if (here.expanded === false) return { kind: "toggle", index: at };
      return here.expanded ? go(at + 1) : null;
    case "ArrowLeft":
      if (here.expanded) return { kind: "toggle", index: at };
      return go(outerRow(at, listed));
    case " ":
      return here.expanded === null ? null : { kind: "toggle", index: at };
    case "Enter":
      return { kind: "open", index: at };
    default:
      return null;
  }
}

/** The row of the module around the row `at`; `at` itself where there is none. */
function outerRow(at: number, listed: readonly ListedRow[]): number {
  const level = listed[at]?.level ?? 1;
  for (let index = at - 1; index >= 0; index--) {
    if ((listed[index]?.level ?? 0) < level) return index;
  }
  return at;
}
