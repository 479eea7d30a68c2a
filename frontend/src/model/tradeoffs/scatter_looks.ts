import type { ColourScale, SizeScale } from "../map/scales";
import { metricValue } from "../map/scales";
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
  /** Whether predictions speak against it. */
  readonly caution: boolean;
  readonly faded: boolean;
}

export type PointPlaces = ReadonlyMap<string, { readonly x: number; readonly y: number }>;

export interface PointStyle {
  readonly colour: ColourScale | null;
  readonly size: SizeScale | null;
  readonly front: ReadonlySet<string>;
  readonly tied: ReadonlySet<string>;
  readonly cautions: ReadonlyMap<string, unknown>;
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
    caution: style.cautions.has(key),
    faded: style.faded(key),
  };
}

function rank({ faded, standing }: PointLook): number {
  if (faded) return 0;
  return standing === "front" ? 3 : standing === "tied" ? 2 : 1;
}

/** Points of one colour, drawn at once. */
export interface Crowd {
  /** Middle of their colours' strengths; null where the metric was not logged. */
  readonly strength: number | null;
  readonly faded: boolean;
  /** All of their circles. */
  readonly d: string;
}

/** More colours than this are not told apart. */
const LEVELS = 24;

/** The points by colour, in the order in which they are drawn; one path takes thousands of them. */
export function crowdsOf(looks: readonly PointLook[], places: PointPlaces): Crowd[] {
  const crowds = new Map<string, { strength: number | null; faded: boolean; circles: string[] }>();
  for (const { point, radius, strength, faded } of looks) {
    const place = places.get(point.key);
    if (!place) continue;
    const level = strength === null ? null : Math.round(strength * LEVELS) / LEVELS;
    const name = `${faded} ${level}`;
    let crowd = crowds.get(name);
    if (!crowd) crowds.set(name, (crowd = { strength: level, faded, circles: [] }));
    crowd.circles.push(circle(place.x, place.y, radius));
  }
  return [...crowds.values()].map(({ circles, ...crowd }) => ({ ...crowd, d: circles.join("") }));
}

function circle(x: number, y: number, r: number): string {
  const [left, size, across] = [x - r, r, 2 * r].map((length) => Number(length.toFixed(1)));
  const arc = `a${size},${size} 0 1,0`;
  return `M${left},${y.toFixed(1)}${arc} ${across},0${arc} -${across},0`;
}
