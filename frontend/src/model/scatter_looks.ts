import type { ColourScale, SizeScale } from "./map_scales";
import { metricValue } from "./map_scales";
import type { ScatterPoint } from "./scatter";

/** A model's point as it is drawn. */
export interface PointLook {
  readonly point: ScatterPoint;
  /** In px. */
  readonly radius: number;
  /** Strength of colour, 0…1; null where the metric was not logged. */
  readonly strength: number | null;
  /** On the front, not told from it, or neither. */
  readonly standing: "front" | "tied" | null;
  readonly faded: boolean;
}

export interface PointStyle {
  readonly colour: ColourScale | null;
  readonly size: SizeScale | null;
  readonly front: ReadonlySet<string>;
  readonly tied: ReadonlySet<string>;
  readonly faded: (key: string) => boolean;
}

/** Radius of the largest point. */
export const LARGEST_PX = 7;
/** Radius where no size is shown, or none was logged. */
const PLAIN_PX = 3.5;
/** Among more points than this the largest shrink, so that they do not hide one another. */
const MANY = 200;

/** The radius of the largest of `count` points, in px. */
export function largestRadius(count: number): number {
  return count <= MANY ? LARGEST_PX : Math.max(4, LARGEST_PX * (MANY / count) ** 0.3);
}

/** The points in the order in which they are drawn: who stands back first, the front last. */
export function pointLooks(points: readonly ScatterPoint[], style: PointStyle): PointLook[] {
  const looks = points.map((point) => lookOf(point, style));
  return looks.sort((a, b) => rank(a) - rank(b) || b.radius - a.radius);
}

function lookOf(point: ScatterPoint, style: PointStyle): PointLook {
  const { key, model } = point;
  const { colour, size } = style;
  const shade = colour?.valueOf(model) ?? null;
  const extent = size && metricValue(model, size.spec.name);
  return {
    point,
    radius: size && extent !== null ? size.radius(extent) : PLAIN_PX,
    strength: colour && shade !== null ? colour.strength(shade) : null,
    standing: style.front.has(key) ? "front" : style.tied.has(key) ? "tied" : null,
    faded: style.faded(key),
  };
}

function rank({ faded, standing }: PointLook): number {
  if (faded) return 0;
  return standing === "front" ? 3 : standing === "tied" ? 2 : 1;
}
