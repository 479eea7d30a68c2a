import { counted } from "../format/numbers";
import type { MapColumn } from "./columns";

/** How column headers are drawn so that they stay readable at any zoom. */
export interface HeaderPlan {
  readonly rotated: boolean;
  /** Lines that the longest name takes; 2 at least, as a name may have a note under it. */
  readonly lines: number;
  /** Height of the band of headers, in px. */
  readonly height: number;
  /** Only each `every`-th header is drawn. */
  readonly every: number;
  /** Room for the text, in px. */
  readonly width: number;
  /** Whether there is room for a note under a name. */
  readonly hasRoom: (name: string) => boolean;
}

const CHARACTER_PX = 6.7;
const WIDEST_PX = 124;
/** Notes in less room would be cut after a letter or two. */
const LEAST_NOTE_PX = 84;
const GAP_PX = 8;
const LINE_PX = 14;
const MOST_LINES = 3;
/** Length and distance of rotated names. */
const ROTATED_PX = 132;
const ROTATED_STEP_PX = 15;
const ROTATED_HEIGHT_PX = 104;

/** `distance`: px on the screen between neighbouring columns. */
export function planHeaders(distance: number, names: readonly string[]): HeaderPlan {
  const width = Math.min(distance - GAP_PX, WIDEST_PX);
  const lines = Math.max(2, ...names.map((name) => linesOf(name, width)));
  if (lines <= MOST_LINES) {
    const hasRoom = (name: string) => width >= LEAST_NOTE_PX && linesOf(name, width) < lines;
    return { rotated: false, every: 1, width, lines, height: lines * LINE_PX + 12, hasRoom };
  }
  const every = Math.max(1, Math.ceil(ROTATED_STEP_PX / Math.max(distance, 0.01)));
  const height = ROTATED_HEIGHT_PX;
  return { rotated: true, every, width: ROTATED_PX, lines: 1, height, hasRoom: () => false };
}

/** Lines that `text` takes when broken at spaces; Infinity where a word is too long. */
function linesOf(text: string, width: number): number {
  const room = Math.floor(width / CHARACTER_PX);
  let lines = 1;
  let used = 0;
  for (const { length } of text.split(/\s+/)) {
    // A very long word is cut in any case.
    if (length > room && room * CHARACTER_PX < WIDEST_PX - CHARACTER_PX) return Infinity;
    if (used > 0 && used + 1 + length > room) [lines, used] = [lines + 1, length];
    else used += (used > 0 ? 1 : 0) + length;
  }
  return lines;
}

/** What a header is, and what a click on it does; `note` as under its name. */
export function columnTip({ name, operation, keys, repeat }: MapColumn, note: string): string {
  const again =
    repeat > 1
      ? `Models stand to the right of their parents: where ${operation} is applied again, it has another column.`
      : "";
  const heading = note ? `${name}: ${note}` : name;
  return [heading, again, `Click to select ${counted(keys.length, "model")}`]
    .filter(Boolean)
    .join("\n");
}
