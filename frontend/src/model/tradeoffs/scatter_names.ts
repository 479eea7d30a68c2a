import { Occupancy, type Box } from "../map/label_room";
import type { Plot } from "./scatter";

/** A model's name in the plot, in px. */
export interface PlacedName {
  readonly key: string;
  readonly text: string;
  readonly x: number;
  /** The middle of the text. */
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
  /** A line from the point to a text that stands away from it; "" for none. */
  readonly leader: string;
}

interface Named {
  readonly key: string;
  readonly text: string;
}

const CHARACTER_PX = 5.7;
const LINE_PX = 12;
/** What a point and its star cover, from its middle. */
const POINT_BOX = { left: 11, top: 11, right: 7, bottom: 7 };
/** From a point to its name: the nearest place that is free. */
const DISTANCES = [10, 20, 34, 50, 70, 92, 120];
/** From here on a line leads to the name. */
const LED = 14;
const DIRECTIONS = [
  [1, 0],
  [0.7, 0.8],
  [0.7, -0.8],
  [-1, 0],
  [-0.7, 0.8],
  [-0.7, -0.8],
  [0.3, 0.95],
  [-0.3, 0.95],
  [0.9, 0.4],
  [0, 1],
  [0, -1],
  [-0.9, 0.4],
  [-0.9, -0.4],
  [0.9, -0.4],
] as const;

/**
 * Places for the names of models, the first ones first: beside their points or not far from them,
 * on no point, on no other name, and struck through by no line: neither by the step line through
 * `corners` nor by what leads to other names. What has no room has none.
 */
export function placeNames(
  named: readonly Named[],
  places: ReadonlyMap<string, { readonly x: number; readonly y: number }>,
  plot: Plot,
  corners: readonly { readonly x: number; readonly y: number }[] = [],
): PlacedName[] {
  const taken = new Occupancy();
  const texts = new Occupancy();
  addSteps(taken, corners, plot);
  for (const { x, y } of places.values()) {
    if (!isInside([x, y, x, y], plot)) continue;
    taken.add(x - POINT_BOX.left, y - POINT_BOX.top, x + POINT_BOX.right, y + POINT_BOX.bottom);
  }
  return named.flatMap((one) => {
    const place = places.get(one.key);
    if (!place || !isInside([place.x, place.y, place.x, place.y], plot)) return [];
    return placeName(one, place, plot, { taken, texts }) ?? [];
  });
}

/** What no name may cover, and the names, which no line may cross. */
interface Room {
  readonly taken: Occupancy;
  readonly texts: Occupancy;
}

function placeName(
  { key, text }: Named,
  at: { readonly x: number; readonly y: number },
  plot: Plot,
  { taken, texts }: Room,
): PlacedName | null {
  const width = text.length * CHARACTER_PX;
  for (const distance of DISTANCES) {
    for (const [across, down] of DIRECTIONS) {
      const [x, y] = [at.x + across * distance, at.y + down * distance];
      const anchor = across > 0 ? "start" : across < 0 ? "end" : "middle";
      const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
      const box: Box = [left, y - LINE_PX / 2, left + width, y + LINE_PX / 2];
      if (!isInside(box, plot) || !taken.free(...box)) continue;
      const led = distance > LED ? alongLeader(at, x, y, down) : [];
      if (!led.every((dot) => texts.free(...dot))) continue;
      taken.add(...box);
      texts.add(...box);
      for (const dot of led) taken.add(...dot);
      const leader = led.length ? leaderOf(at, x, y, down) : "";
      return { key, text, x, y, anchor, leader };
    }
  }
  return null;
}

/** Half the width of what a line takes. */
const LINE_ROOM = 1;
const DOT_PX = 4;

/** What the line to a name takes, dot by dot. */
function alongLeader(at: { x: number; y: number }, x: number, y: number, down: number): Box[] {
  const end = y - Math.sign(down) * (LINE_PX / 2 - 1);
  const count = Math.max(1, Math.ceil(Math.hypot(x - at.x, end - at.y) / DOT_PX));
  return Array.from({ length: count }, (_, step): Box => {
    const share = step / count;
    const [left, top] = [at.x + (x - at.x) * share, at.y + (end - at.y) * share];
    return [left - LINE_ROOM, top - LINE_ROOM, left + LINE_ROOM, top + LINE_ROOM];
  });
}

/** The step line from corner to corner, first along x, with its end to the far edge. */
function addSteps(
  taken: Occupancy,
  corners: readonly { readonly x: number; readonly y: number }[],
  plot: Plot,
): void {
  const add = (x0: number, y0: number, x1: number, y1: number): void => {
    const [left, right, top, bottom] = [
      Math.min(x0, x1),
      Math.max(x0, x1),
      Math.min(y0, y1),
      Math.max(y0, y1),
    ];
    taken.add(left - LINE_ROOM, top - LINE_ROOM, right + LINE_ROOM, bottom + LINE_ROOM);
  };
  const clamp = (value: number, least: number, most: number) =>
    Math.min(Math.max(value, least), most);
  const inside = corners.map(({ x, y }) => ({
    x: clamp(x, plot.left, plot.left + plot.width),
    y: clamp(y, plot.top, plot.top + plot.height),
  }));
  for (const [index, { x, y }] of inside.entries()) {
    const next = inside[index + 1];
    if (!next) continue;
    add(x, y, next.x, y);
    add(next.x, y, next.x, next.y);
  }
}

function leaderOf(at: { x: number; y: number }, x: number, y: number, down: number): string {
  const end = y - Math.sign(down) * (LINE_PX / 2 - 1);
  return `M${round(at.x)},${round(at.y)}L${round(x)},${round(end)}`;
}

function isInside([left, top, right, bottom]: Box, plot: Plot): boolean {
  return (
    left >= plot.left &&
    right <= plot.left + plot.width &&
    top >= plot.top - LINE_PX / 2 &&
    bottom <= plot.top + plot.height
  );
}

/** `most` of `items`, the two ends first, then evenly from one to the other. */
export function endsFirst<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(most, items.length);
  const step = (items.length - 1) / Math.max(1, count - 1);
  const chosen = Array.from({ length: count }, (_, at) => items[Math.round(at * step)]!);
  const [first, ...others] = chosen;
  const last = others.pop();
  return [first, last, ...others].filter((item) => item !== undefined);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
