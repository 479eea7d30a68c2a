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
