import type { BlockGrid } from "./grid";
import type { CellAddress } from "./layout";

/** The cell that a key leads to from `from`; null where the key leads nowhere. */
export function cellAfterKey(
  key: string,
  from: CellAddress,
  grid: BlockGrid,
  count: number,
): CellAddress | null {
  if (from.family === null) {
    const last = grid.outside.length - 1;
    const to = { ArrowLeft: from.outside - 1, ArrowRight: from.outside + 1, Home: 0, End: last }[
      key
    ];
    if (to !== undefined) return { ...from, outside: Math.min(last, Math.max(0, to)) };
    const family = grid.families.length - 1;
    if (key === "ArrowUp" && family >= 0) {
      const { kinds, blocks } = grid.families[family]!;
      const block = Math.min(blocks.length - 1, from.outside);
      return { multiple: from.multiple, family, kind: kinds.length - 1, block };
    }
    return key === "ArrowDown" ? nextMultiple(from.multiple, 1, 0) : null;
  }
  const { kinds, blocks } = grid.families[from.family]!;
  const within = (block: number): CellAddress => ({
    ...from,
    block: Math.min(blocks.length - 1, Math.max(0, block)),
  });
  switch (key) {
    case "ArrowLeft":
      return within(from.block - 1);
    case "ArrowRight":
      return within(from.block + 1);
    case "Home":
      return within(0);
    case "End":
      return within(blocks.length - 1);
    case "ArrowUp":
      if (from.kind > 0) return { ...from, kind: from.kind - 1 };
      if (from.family > 0) return inFamily(from.multiple, from.family - 1, -1, from.block);
      return nextMultiple(from.multiple, -1, from.block);
    case "ArrowDown":
      if (from.kind < kinds.length - 1) return { ...from, kind: from.kind + 1 };
      if (from.family < grid.families.length - 1)
        return inFamily(from.multiple, from.family + 1, 0, from.block);
      if (grid.outside.length) return { multiple: from.multiple, family: null, outside: 0 };
      return nextMultiple(from.multiple, 1, from.block);
    default:
      return null;
  }

  function inFamily(multiple: number, family: number, kind: number, block: number): CellAddress {
    const { kinds: own, blocks: columns } = grid.families[family]!;
    return {
      multiple,
      family,
      kind: kind < 0 ? own.length - 1 : kind,
      block: Math.min(block, columns.length - 1),
    };
  }

  function nextMultiple(multiple: number, by: 1 | -1, block: number): CellAddress {
    const to = multiple + by;
    if (to < 0 || to >= count) return from;
    if (by > 0) return inFamily(to, 0, 0, block);
    return grid.outside.length
      ? { multiple: to, family: null, outside: 0 }
      : inFamily(to, grid.families.length - 1, -1, block);
  }
}
