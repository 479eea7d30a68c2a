import type { Box, Insets, View } from "./view";

/** How far a map may be zoomed out and in. */
export interface ZoomExtent {
  readonly least: number;
  readonly most: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export const ZOOM: ZoomExtent = { least: 0.1, most: 3 };
/** A fitted map is not magnified further than this. */
const FIT_MOST = 1.4;
/** As much of the map (px of the screen) stays in the frame however far it is panned. */
const KEPT_PX = 40;

/** The view that shows all of `box`, in a frame with `insets`, in its middle. */
export function fittedView(box: Box, width: number, height: number, insets: Insets): View {
  const free = { x: width - insets.left - insets.right, y: height - insets.top - insets.bottom };
  const across = Math.max(free.x, 40) / Math.max(1, box.right - box.left);
  const along = Math.max(free.y, 40) / Math.max(1, box.bottom - box.top);
  const k = Math.min(FIT_MOST, across, along);
  return {
    x: insets.left + free.x / 2 - (k * (box.left + box.right)) / 2,
    y: insets.top + free.y / 2 - (k * (box.top + box.bottom)) / 2,
    k,
  };
}

/** `view` zoomed by `factor` such that what is seen at `spot` of the frame stays there. */
export function zoomedAt(view: View, factor: number, spot: Spot, extent: ZoomExtent): View {
  const k = Math.min(extent.most, Math.max(extent.least, view.k * factor));
  const by = k / view.k;
  return { x: spot.x - (spot.x - view.x) * by, y: spot.y - (spot.y - view.y) * by, k };
}

/** `view` as two fingers move it: what was under each when they were at `from` is there at `to`. */
export function pinched(
  view: View,
  from: readonly [Spot, Spot],
  to: readonly [Spot, Spot],
  extent: ZoomExtent,
): View {
  const spread = ([a, b]: readonly [Spot, Spot]) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  const middle = ([a, b]: readonly [Spot, Spot]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const [start, end] = [middle(from), middle(to)];
  const moved = { ...view, x: view.x + end.x - start.x, y: view.y + end.y - start.y };
  return zoomedAt(moved, spread(to) / spread(from), end, extent);
}

/** By how much a wheel or a trackpad's pinch (which browsers report with Ctrl) zooms. */
export function wheelFactor(event: {
  readonly deltaY: number;
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
}): number {
  const unit = event.deltaMode === 1 ? 0.05 : event.deltaMode === 2 ? 1 : 0.002;
  const power = -event.deltaY * unit * (event.ctrlKey ? 5 : 1);
  return 2 ** Math.min(1, Math.max(-1, power));
}

/** A view of a glide, at `progress` (0…1): every place moves straight to where it will be. */
export function betweenViews(from: View, to: View, progress: number): View {
  const eased = 1 - (1 - progress) ** 3;
  const k = from.k * (to.k / from.k) ** eased;
  const part = to.k === from.k ? eased : (k - from.k) / (to.k - from.k);
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part, k };
}

/** `view` moved the least that keeps some of `box` in the frame. */
export function keptInside(view: View, box: Box, width: number, height: number): View {
  const keep = (at: number, low: number, high: number, size: number) =>
    Math.min(size - KEPT_PX - low * view.k, Math.max(KEPT_PX - high * view.k, at));
  return {
    x: keep(view.x, box.left, box.right, width),
    y: keep(view.y, box.top, box.bottom, height),
    k: view.k,
  };
}

/** `view` moved the least that brings a place at least `margin` px inside the frame. */
export function revealing(
  view: View,
  place: Spot,
  width: number,
  height: number,
  margin: number,
): View {
  const inside = (at: number, size: number) =>
    Math.max(0, margin - at) - Math.max(0, at - (size - margin));
  return {
    x: view.x + inside(place.x * view.k + view.x, width),
    y: view.y + inside(place.y * view.k + view.y, height),
    k: view.k,
  };
}
