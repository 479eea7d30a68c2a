/** Pixels around a plot. */
export interface Margin {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const NO_MARGIN: Margin = { left: 0, right: 0, top: 0, bottom: 0 };

/** A chart's own size: of the whole in px, or of a square of at most so many px. */
export interface OwnSize {
  readonly height?: number;
  readonly square?: number;
}

/** A plot never shrinks to nothing. */
const LEAST = { width: 40, height: 30, side: 80 };

/** The size of the plot in `room`, both in px; a chart without a size of its own fills its room. */
export function plotSize(
  room: { readonly width: number; readonly height: number },
  margin: Margin,
  { height = room.height, square }: OwnSize = {},
): { width: number; height: number } {
  const width = room.width - margin.left - margin.right;
  const tall = (square ?? height) - margin.top - margin.bottom;
  if (square !== undefined) {
    const side = Math.max(LEAST.side, Math.min(width, tall));
    return { width: side, height: side };
  }
  return { width: Math.max(LEAST.width, width), height: Math.max(LEAST.height, tall) };
}

/** What stands along an axis. */
export interface AxisTicks {
  readonly ticks: readonly number[];
  /** Where a value is: 0 at the low end, 1 at the high end. */
  readonly share: (value: number) => number;
  /** What is written at each tick. */
  readonly texts: readonly string[];
  /** Whether ticks end at the axis instead of crossing the plot. */
  readonly short?: boolean;
}
