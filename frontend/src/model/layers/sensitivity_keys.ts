/** A cell: rows from −1, the heads; columns from −1, the names. */
export interface GridCell {
  readonly row: number;
  readonly column: number;
}

/** Rows that a page key moves. */
const PAGE = 10;

/** The cell that a key leads to (the grid pattern of ARIA); null where it leads nowhere. */
export function gridStep(
  { key, ctrlKey }: { readonly key: string; readonly ctrlKey: boolean },
  from: GridCell,
  size: { readonly rows: number; readonly columns: number },
): GridCell | null {
  const to = (row: number, column: number): GridCell => ({
    row: Math.min(size.rows - 1, Math.max(-1, row)),
    column: Math.min(size.columns - 1, Math.max(-1, column)),
  });
  switch (key) {
    case "ArrowDown":
      return to(from.row + 1, from.column);
    case "ArrowUp":
      return to(from.row - 1, from.column);
    case "ArrowRight":
      return to(from.row, from.column + 1);
    case "ArrowLeft":
      return to(from.row, from.column - 1);
    case "PageDown":
      return to(from.row + PAGE, from.column);
    case "PageUp":
      return to(from.row - PAGE, from.column);
    case "Home":
      return to(ctrlKey ? 0 : from.row, -1);
    case "End":
      return to(ctrlKey ? size.rows : from.row, size.columns);
    default:
      return null;
  }
}
