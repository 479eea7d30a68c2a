import { group as groupBy } from "d3-array";

import { partsOf, pathOf } from "./indexed_names";
import type { Stack } from "./stacks";

/** So many parts that hold the same are one kind of part, not so many kinds. */
const MANY = 4;
const NAMED = /^(experts?|heads?)$/i;

/** `stack` with one kind for what there are many of within a block: "experts.*.w1.weight". */
export function merged(stack: Stack): Stack {
  const kinds = new Set(stack.blocks.flatMap(({ tensors }) => tensors.map(({ kind }) => kind)));
  const names = mergedNames([...kinds]);
  if (names.size === 0) return stack;
  return {
    ...stack,
    blocks: stack.blocks.map((block) => ({
      ...block,
      tensors: block.tensors.map((tensor) => ({
        ...tensor,
        kind: names.get(tensor.kind) ?? tensor.kind,
      })),
    })),
  };
}

/** Those of `kinds` that lie in a list of many alike, with "*" in the place of its index. */
function mergedNames(kinds: readonly string[]): ReadonlyMap<string, string> {
  const found = kinds.flatMap((kind) => {
    const parts = partsOf(kind);
    const at = parts.findIndex(({ index }, place) => index !== null && place < parts.length - 1);
    if (at < 0) return [];
    const { stem, text, index } = parts[at]!;
    const before = pathOf(parts.slice(0, at));
    const star = text.slice(0, text.length - String(index).length) + "*";
    const after = pathOf(parts.slice(at + 1));
    return [
      {
        kind,
        list: `${before}.${stem}`,
        name: stem || (parts[at - 1]?.text ?? ""),
        index,
        after,
        to: [before, star, after].filter(Boolean).join("."),
      },
    ];
  });
  const lists = [...groupBy(found, ({ list }) => list).values()].filter((held) => {
    const contents = groupBy(held, ({ index }) => index);
    const alike = new Set(
      [...contents.values()].map((each) =>
        each
          .map(({ after }) => after)
          .sort()
          .join("\n"),
      ),
    );
    return (
      contents.size > 1 &&
      (NAMED.test(held[0]!.name) || (contents.size >= MANY && alike.size === 1))
    );
  });
  return new Map(lists.flat().map(({ kind, to }) => [kind, to]));
}
