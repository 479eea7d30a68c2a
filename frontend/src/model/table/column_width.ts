/** Average width of a 13-px Roboto character, in pixels. */
const CHARACTER = 6.6;
/** Padding on both sides and room for the sort arrow or the mark. */
const AROUND = 40;
const CELL_WIDTHS = { least: 84, most: 176 };
export const ID_WIDTHS = { least: 200, most: 360 };

export function fittingWidth(texts: readonly string[], { least, most } = CELL_WIDTHS): number {
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  return Math.round(Math.min(Math.max(longest * CHARACTER + AROUND, least), most));
}
