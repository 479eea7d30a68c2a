import type { Direction } from "../navigation";
import type { Bundle } from "./bundles";
import type { Cell } from "./cell";

/**
 * The cell one step from `at`: up and down in its column, left where most of its models came from,
 * right where most of what was made of them is. `at` itself at an end.
 */
export function cellBeside(
  cells: readonly Cell[],
  bundles: readonly Bundle[],
  at: Cell,
  direction: Direction,
): Cell {
  const column = cells.filter(({ head }) => head === at.head);
  const index = column.indexOf(at);
  switch (direction) {
    case "up":
      return column[index - 1] ?? at;
    case "down":
      return column[index + 1] ?? at;
    case "left":
      return widest(bundles, "to", "from", at) ?? at;
    case "right":
      return widest(bundles, "from", "to", at) ?? at;
    case "first":
      return cells[0] ?? at;
    case "last":
      return cells.at(-1) ?? at;
  }
}

type End = "from" | "to";

function widest(bundles: readonly Bundle[], mine: End, other: End, at: Cell): Cell | undefined {
  let best: Bundle | undefined;
  for (const bundle of bundles) {
    if (bundle[mine].id !== at.id) continue;
    if (!best || bundle.count > best.count) best = bundle;
  }
  return best?.[other];
}
