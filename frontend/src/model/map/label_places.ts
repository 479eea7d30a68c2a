import { Neighbours, Occupancy, type Box } from "./label_room";
import type { LabelTexts } from "./labels";

/** A node that wants a label. All lengths in px at zoom 1. */
export interface LabelWish {
  readonly key: string;
  readonly texts: LabelTexts;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly leaf: boolean;
  readonly root: boolean;
  /** Whether a star stands at its upper left. */
  readonly star: boolean;
}

/** Where a label stands; `x` and `y` in px at zoom 1, `y` is the middle of the text. */
export interface PlacedLabel {
  readonly key: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle";
  /** Width in px at zoom 1 of what is to be cleared under a label that lies on a ribbon, else 0. */
  readonly cleared: number;
}

/** A straight part of a ribbon, which labels of other nodes keep clear of. */
export interface Obstacle {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

const CHARACTER_PX = 6.1;
const LINE_PX = 12;
/** Lines beside leaves may be as close as their letters allow: siblings are told apart by them. */
const DENSE_LINE_PX = 10;
const GAP_PX = 5;
const LEAST_ROW_PX = 6;
/** Names of roots that are longer would reach beyond the left edge where they are centred. */
const CENTRED_ROOT_PX = 100;
/** How far a star reaches around its middle. */
const STAR_PX = 6;
/** How far a ribbon reaches above the middle of its node. */
const RIBBON_PX = 5;

/**
 * Chooses for each node the longest text and the place (right of leaves, around others) that
 * covers neither a node nor another label at this zoom and is nearer to no other node; a node
 * without room has no label.
 * Where the rows (`row` px at zoom 1) are closer than half a line of text, only roots have one.
 */
export function placeLabels(
  wishes: readonly LabelWish[],
  obstacles: readonly Obstacle[],
  row: number,
  zoom: number,
): PlacedLabel[] {
  const taken = new Occupancy();
  const nodes = new Neighbours();
  for (const { key, x, y, radius, star } of wishes) {
    const r = radius * zoom;
    taken.add(x * zoom - r, y * zoom - r, x * zoom + r, y * zoom + r);
    nodes.add({ key, x: x * zoom, y: y * zoom, r });
    if (star) taken.add(...around(x * zoom + starAt(r), y * zoom + starAt(r), STAR_PX));
  }
  for (const { left, right, y } of obstacles) {
    taken.add(left * zoom, y * zoom - 2, right * zoom, y * zoom + 2);
  }
  const placed: PlacedLabel[] = [];
  const first = wishes.filter((wish) => wish.root);
  const others = row * zoom >= LEAST_ROW_PX ? wishes.filter((wish) => !wish.root) : [];
  for (const wish of [...first, ...others]) {
    const label = place(wish, zoom, taken, nodes);
    if (label) placed.push(label);
  }
  return placed;
}

/** Where the middle of a star is from that of its node of radius `r`, both ways, in px. */
export function starAt(r: number): number {
  return -0.7 * r - 4;
}

function around(x: number, y: number, reach: number): Box {
  return [x - reach, y - reach, x + reach, y + reach];
}

type Side = "right" | "above" | "below" | "upperRight" | "overRoot" | "underRoot";

function place(
  wish: LabelWish,
  zoom: number,
  taken: Occupancy,
  nodes: Neighbours,
): PlacedLabel | null {
  const sides: Side[] = wish.leaf
    ? ["right"]
    : wish.root
      ? ["overRoot", "underRoot", "below"]
      : ["above", "upperRight", "below", "right"];
  for (const text of wish.texts) {
    for (const side of sides) {
      const width = text.length * CHARACTER_PX;
      if (wish.root && side === "below" && width > CENTRED_ROOT_PX) continue;
      const [left, middle] = corner(side, wish, zoom, width);
      const half = (side === "right" ? DENSE_LINE_PX : LINE_PX) / 2;
      const box: Box = [left, middle - half, left + width, middle + half];
      // Beside a node it is read from its beginning; its end may come near to others.
      const begin: Box = [left, box[1], left + Math.min(width, LINE_PX), box[3]];
      if (!taken.free(...box) || !nodes.isNearest(wish.key, side === "right" ? begin : box))
        continue;
      taken.add(...box);
      const centred = side === "above" || side === "below";
      const x = centred ? wish.x : left / zoom;
      const cleared = side === "right" && !wish.leaf ? (width * 0.93) / zoom : 0;
      const anchor = centred ? "middle" : "start";
      return { key: wish.key, text, x, y: middle / zoom, anchor, cleared };
    }
  }
  return null;
}

/** Left end and middle line of a text on the screen. */
function corner(side: Side, wish: LabelWish, zoom: number, width: number): [number, number] {
  const x = wish.x * zoom;
  const y = wish.y * zoom;
  const r = wish.radius * zoom;
  const up = r + GAP_PX + LINE_PX / 2 - 1;
  if (side === "right") return [x + r + GAP_PX + 1, y];
  if (side === "overRoot") return [wish.star ? x + starAt(r) + STAR_PX : x - r, y - up];
  if (side === "underRoot") return [x - r, y + up];
  if (side === "upperRight") return [x + r + 2, y - LINE_PX / 2 - RIBBON_PX];
  return [x - width / 2, side === "above" ? y - up : y + up];
}
