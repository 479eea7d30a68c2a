/** Which of `count` rows of `height` pixels are in sight, with some to spare on both sides. */
export function rowsInSight(
  count: number,
  height: number,
  scrolled: number,
  viewport: number,
  spare = 8,
): { first: number; end: number } {
  const first = Math.floor(Math.max(0, scrolled) / height) - spare;
  const end = Math.ceil((Math.max(0, scrolled) + viewport) / height) + spare;
  return { first: clamp(first, 0, count), end: clamp(end, 0, count) };
}

/** The scroll position nearest to `scrolled` that shows row `index` whole. */
export function scrollToShow(
  index: number,
  height: number,
  scrolled: number,
  viewport: number,
): number {
  const top = index * height;
  if (top < scrolled) return top;
  return Math.max(scrolled, top + height - viewport);
}

/** Browsers cannot lay out what is taller than 17 (Firefox) or 33 million pixels (Chromium). */
const TALLEST = 12_000_000;

/** Rows of `height` pixels in a list that scrolls faster than they do where it would be too tall. */
export class TallList {
  /** Pixels that the list takes. */
  readonly shown: number;
  readonly #whole: number;

  constructor(
    readonly count: number,
    readonly height: number,
  ) {
    this.#whole = count * height;
    this.shown = Math.min(this.#whole, TALLEST);
  }

  /** How far the rows are scrolled where the list is scrolled by `scrolled`. */
  rows(scrolled: number, viewport: number): number {
    return Math.min(Math.max(0, scrolled), this.#end(viewport)) * this.#pace(viewport);
  }

  /** The scroll position of the list for one of the rows. */
  list(rows: number, viewport: number): number {
    return rows / this.#pace(viewport);
  }

  /** Where the list has row `index` while it is scrolled by `scrolled`. */
  top(index: number, scrolled: number, viewport: number): number {
    const inside = Math.min(Math.max(0, scrolled), this.#end(viewport));
    return inside + index * this.height - this.rows(scrolled, viewport);
  }

  #end(viewport: number): number {
    return Math.max(0, this.shown - viewport);
  }

  #pace(viewport: number): number {
    return this.shown === this.#whole ? 1 : (this.#whole - viewport) / this.#end(viewport);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

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
