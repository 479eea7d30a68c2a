import type { MarkShape } from "../selection/selection";

/** The SVG path of a mark around (0, 0); all shapes of one `radius` cover about the same area. */
export function markPath(shape: MarkShape, radius: number): string {
  switch (shape) {
    case "circle":
      return `M${-radius},0a${radius},${radius} 0 1,0 ${2 * radius},0a${radius},${radius} 0 1,0 ${-2 * radius},0Z`;
    case "square":
      return polygon(radius * 0.886, [-1, -1, 1, -1, 1, 1, -1, 1]);
    case "diamond":
      return polygon(radius * 1.253, [0, -1, 1, 0, 0, 1, -1, 0]);
    case "triangle":
      return polygon(radius * 1.555, [0, -1, 0.866, 0.5, -0.866, 0.5]);
    case "cross":
      return polygon(
        radius * 0.396,
        [-1, -3, 1, -3, 1, -1, 3, -1, 3, 1, 1, 1, 1, 3, -1, 3, -1, 1, -3, 1, -3, -1, -1, -1],
      );
  }
}

/** A closed path through `points` (x, y, x, y, …) times `scale`. */
function polygon(scale: number, points: readonly number[]): string {
  const scaled = points.map((coordinate) => Number((coordinate * scale).toFixed(3)));
  return `M${scaled.join(" ")}Z`;
}

/** A warning sign of radius 5 around (0, 0), with even-odd fill: something speaks against a model. */
export const WARNING = "M0-5L5.8 5H-5.8ZM-.8-1.8V2H.8V-1.8ZM-.8 2.9V4.2H.8V2.9Z";

/** A star of radius 5 around (0, 0): a model on the Pareto front. */
export const STAR = "M0-5l1.2 3.4 3.6.1-2.9 2.1 1 3.4-2.9-2-2.9 2 1-3.4-2.9-2.1 3.6-.1Z";
