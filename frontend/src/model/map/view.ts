import { planHeaders } from "./headers";
import type { LabelTexts } from "./labels";
import { acrossOf, type MapLayout, type MapSpacing } from "./layout";

/** What is seen: screen = world × k + (x, y). */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

/** A part of the world, in px at zoom 1. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Space around the nodes in a fitted view, in px of the screen. */
export interface Insets {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const CHARACTER_PX = 6.1;
const NARROW_COLUMN_PX = 90;
/** Half a column header. */
const SIDE_PX = 60;

/** Room for the column headers above and for the labels right of the last leaves. */
export function insetsFor(
  layout: MapLayout,
  texts: ReadonlyMap<string, LabelTexts>,
  width: number,
): Insets {
  const last = acrossOf(layout);
  let right = 0;
  for (const place of layout.placed) {
    if (place.children.length > 0) continue;
    const length = texts.get(place.key)?.[0]?.length ?? 0;
    const beyond =
      length * CHARACTER_PX - (last - layout.columns[place.column]!.at) * NARROW_COLUMN_PX;
    right = Math.max(right, beyond);
  }
  right = Math.min(200, Math.max(SIDE_PX, right + 28));
  const distance = (width - SIDE_PX - right) / Math.max(1, last);
  const names = layout.heads.map(({ name }) => name);
  const top = planHeaders(distance, names).height + 24;
  return { left: SIDE_PX, top, right, bottom: 24 };
}

/** What the nodes cover, in px at zoom 1. */
export function boundsOf(layout: MapLayout, spacing: MapSpacing): Box {
  return {
    left: 0,
    top: 0,
    right: acrossOf(layout) * spacing.column,
    bottom: layout.lastRow * spacing.row,
  };
}

const READABLE_ROW_PX = 6;

/** Whether all rows, shown in `height` px, are far enough apart to be told from one another. */
export function isReadable(layout: MapLayout, height: number): boolean {
  return (layout.lastRow + 1) * READABLE_ROW_PX <= height;
}

/** Zoom to which texts and small nodes are adapted: in steps, so that most frames change nothing. */
export function steppedZoom(zoom: number): number {
  return 1.15 ** Math.round(Math.log(zoom) / Math.log(1.15));
}

/** Radius on the screen that the largest node never falls below. */
const LEAST_PX = 2;

/**
 * How much larger than their scale nodes are drawn, so that they stay visible from afar;
 * `largest` is the largest radius, in px at zoom 1.
 */
export function nodeBoost(zoom: number, largest: number): number {
  const gentle = zoom < 0.7 ? (0.7 / zoom) ** 0.55 : 1;
  return Math.max(gentle, LEAST_PX / (zoom * largest));
}

/** Whether all of `box` is seen. */
export function isInside(box: Box, view: View, width: number, height: number): boolean {
  return (
    box.left * view.k + view.x >= 0 &&
    box.top * view.k + view.y >= 0 &&
    box.right * view.k + view.x <= width &&
    box.bottom * view.k + view.y <= height
  );
}

/** How a painting made for one view must be moved and scaled to show another. */
export function repose(painted: View, view: View): View {
  const k = view.k / painted.k;
  return { x: view.x - painted.x * k, y: view.y - painted.y * k, k };
}

/** Scale beyond which a painting looks too coarse or too fine. */
const COARSEST = 1.7;

/** Whether a painting, moved by `pose`, with `margin` px beyond each edge, still fills the frame. */
export function isPainted(pose: View, width: number, height: number, margin: number): boolean {
  const { x, y, k } = pose;
  return (
    k <= COARSEST &&
    k >= 1 / COARSEST &&
    Math.max(x, y) <= margin * k &&
    width - x <= (width + margin) * k &&
    height - y <= (height + margin) * k
  );
}
