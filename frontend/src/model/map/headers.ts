import { counted } from "../format/numbers";
import type { MapHead } from "./columns";

/** A head, and where it stands. */
export interface HeadPlace {
  readonly head: MapHead;
  /** What is said of its models' parameters; "" for nothing. */
  readonly note: string;
  /** Its middle, in px at zoom 1. */
  readonly x: number;
}

/** Px at zoom 1 between the nearest two heads. */
export function leastDistance(places: readonly Pick<HeadPlace, "x">[]): number {
  let least = Infinity;
  for (const [at, { x }] of places.entries()) {
    const before = places[at - 1];
    if (before) least = Math.min(least, x - before.x);
  }
  return Number.isFinite(least) ? least : WIDEST_PX + GAP_PX;
}

/** How column headers are drawn so that they stay readable at any zoom. */
export interface HeaderPlan {
  readonly rotated: boolean;
  /** Px by which every second head is lower, so that both have more room; 0 where all stand alike. */
  readonly lower: number;
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
const MOST_LOWERED_LINES = 2;
/** Length and distance of rotated names; they are as long as their band is high. */
const ROTATED_PX = 114;
const ROTATED_STEP_PX = 15;
const ROTATED_HEIGHT_PX = 104;

/** `distance`: px on the screen between neighbouring columns. */
export function planHeaders(distance: number, names: readonly string[]): HeaderPlan {
  const width = Math.min(distance - GAP_PX, WIDEST_PX);
  const lines = Math.max(2, ...names.map((name) => linesOf(name, width)));
  if (lines <= MOST_LINES) {
    const hasRoom = (name: string) => width >= LEAST_NOTE_PX && linesOf(name, width) < lines;
    const height = lines * LINE_PX + 12;
    return { rotated: false, lower: 0, every: 1, width, lines, height, hasRoom };
  }
  const wide = Math.min(2 * distance - GAP_PX, WIDEST_PX);
  const few = Math.max(...names.map((name) => linesOf(name, wide)));
  if (few <= MOST_LOWERED_LINES) {
    const lower = few * LINE_PX + 2;
    const plan = { rotated: false, every: 1, width: wide, lines: few };
    return { ...plan, lower, height: 2 * lower + 10, hasRoom: () => false };
  }
  const every = Math.max(1, Math.ceil(ROTATED_STEP_PX / Math.max(distance, 0.01)));
  const height = ROTATED_HEIGHT_PX;
  return {
    rotated: true,
    lower: 0,
    every,
    width: ROTATED_PX,
    lines: 1,
    height,
    hasRoom: () => false,
  };
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
export function headTip(head: MapHead, note: string): string {
  const { name, keys } = head;
  const heading = note ? `${name}: ${note}` : name;
  return [heading, placesText(head), `Click to select ${counted(keys.length, "model")}`]
    .filter(Boolean)
    .join("\n");
}

function placesText({ operation, repeat, steps, merged }: MapHead): string {
  const row = steps > 1 ? `${operation} is applied up to ${steps} times in a row` : "";
  if (merged > 1) {
    const many = `All models by ${operation}, at whichever of ${merged} places among the other operations.`;
    return row ? `${many} ${row}.` : many;
  }
  if (row) return `${row}; its steps stand from left to right.`;
  return repeat > 1
    ? `Models stand to the right of their parents: where ${operation} is applied again, it has another column.`
    : "";
}
