/** Pixels of the column of names, and the least of one model's. */
export interface ColumnWidths {
  readonly head: number;
  readonly least: number;
}

/** Which of `models` columns are in sight; the base's, 0, sticks beside the names. */
export function columnsInSight(
  models: number,
  { head, least }: ColumnWidths,
  scrolled: number,
  visible: number,
): ReadonlySet<number> {
  const width = Math.max(least, (visible - head) / Math.max(1, models));
  const inSight = new Set(models > 0 ? [0] : []);
  for (let model = 1; model < models; model++) {
    const left = head + model * width - scrolled;
    // Further left it is under the base's column, which is as wide.
    if (left > head && left < visible) inSight.add(model);
  }
  return inSight;
}
