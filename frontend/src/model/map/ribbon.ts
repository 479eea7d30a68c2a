/** One end of a ribbon; `width` is measured across it. */
export interface RibbonEnd {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/**
 * Outline of a tapered ribbon that leaves `from` and reaches `to` horizontally. It bends within
 * `bend` px of `from` and runs straight from there on, along the row that the layout keeps free.
 */
export function ribbonPath(from: RibbonEnd, to: RibbonEnd, bend: number): string {
  const reach = to.x - from.x;
  const elbow = { x: from.x + Math.min(bend, reach), y: to.y, width: to.width };
  if (reach > 0) {
    const part = (elbow.x - from.x) / reach;
    elbow.width = from.width + (to.width - from.width) * part;
  }
  const upper = curve(from, elbow, -1);
  const lower = curve(from, elbow, 1);
  const straight = elbow.x < to.x;
  return [
    `M${n(from.x)},${n(from.y - from.width / 2)}`,
    `C${n(upper.x1)},${n(upper.y0)} ${n(upper.x2)},${n(upper.y1)} ${n(elbow.x)},${n(upper.y1)}`,
    straight ? `L${n(to.x)},${n(to.y - to.width / 2)}` : "",
    `L${n(to.x)},${n(to.y + to.width / 2)}`,
    straight ? `L${n(elbow.x)},${n(lower.y1)}` : "",
    `C${n(lower.x2)},${n(lower.y1)} ${n(lower.x1)},${n(lower.y0)} ${n(from.x)},${n(lower.y0)}Z`,
  ].join("");
}

/**
 * Control points of one edge. An edge merely moved up or down pinches where the ribbon is steep;
 * moving the control points sideways as well keeps the middle as thick as the ends.
 */
function curve(from: RibbonEnd, to: RibbonEnd, side: -1 | 1) {
  const run = to.x - from.x;
  const rise = to.y - from.y;
  const slope = Math.atan2(2 * Math.abs(rise), Math.max(run, 1));
  const half = (from.width + to.width) / 4;
  const sideways = Math.min((half / 0.75) * Math.tan(slope / 2), run / 2) * Math.sign(rise);
  return {
    x1: from.x + run / 2 - side * sideways,
    x2: from.x + run / 2 - side * sideways,
    y0: from.y + (side * from.width) / 2,
    y1: to.y + (side * to.width) / 2,
  };
}

/** The middle line of the same ribbon, for thin further-parent edges and highlights. */
export function ribbonSpine(
  from: Pick<RibbonEnd, "x" | "y">,
  to: Pick<RibbonEnd, "x" | "y">,
  bend: number,
): string {
  const run = Math.min(bend, to.x - from.x);
  const elbow = from.x + run;
  const middle = from.x + run / 2;
  return (
    `M${n(from.x)},${n(from.y)}` +
    `C${n(middle)},${n(from.y)} ${n(middle)},${n(to.y)} ${n(elbow)},${n(to.y)}` +
    (elbow < to.x ? `L${n(to.x)},${n(to.y)}` : "")
  );
}

/**
 * A thin curve from a further parent, which may lie left of, right of, or in the same column as
 * the child: it always enters the child from the left, below its main ribbon.
 */
export function furtherParentPath(
  from: Pick<RibbonEnd, "x" | "y">,
  to: Pick<RibbonEnd, "x" | "y">,
  bend: number,
): string {
  const pull = Math.max(Math.abs(to.x - from.x) * 0.45, bend * 0.5);
  return (
    `M${n(from.x)},${n(from.y)}` +
    `C${n(from.x + pull)},${n(from.y)} ${n(to.x - pull)},${n(to.y)} ${n(to.x)},${n(to.y)}`
  );
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
