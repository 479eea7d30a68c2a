import type { PointPlaces } from "./scatter_looks";

/** With more points than this, squares of density stand for those about which nothing is told. */
export const DENSE = 2000;
/** Px of a square. */
const SQUARE = 6;
/** More inks than this are not told apart. */
const LEVELS = 6;

/** All squares that are drawn with one ink. */
export interface DensityLevel {
  /** 0…1, by the logarithm of how many models lie in each. */
  readonly ink: number;
  readonly d: string;
}

export interface Density {
  readonly levels: readonly DensityLevel[];
  /** The most models in a square. */
  readonly most: number;
}

/** How dense the models `keys` lie where they are placed. */
export function densityOf(keys: Iterable<string>, places: PointPlaces): Density {
  const counts = new Map<string, { x: number; y: number; n: number }>();
  for (const key of keys) {
    const place = places.get(key);
    if (!place) continue;
    const [x, y] = [Math.floor(place.x / SQUARE), Math.floor(place.y / SQUARE)];
    const square = counts.get(`${x} ${y}`);
    if (square) square.n++;
    else counts.set(`${x} ${y}`, { x, y, n: 1 });
  }
  let most = 0;
  for (const { n } of counts.values()) most = Math.max(most, n);
  const paths = new Array<string>(LEVELS).fill("");
  for (const { x, y, n } of counts.values()) {
    const share = most > 1 ? Math.log(n) / Math.log(most) : 1;
    const level = Math.min(LEVELS - 1, Math.floor(share * LEVELS));
    paths[level] += `M${x * SQUARE},${y * SQUARE}h${SQUARE}v${SQUARE}h-${SQUARE}Z`;
  }
  const levels = paths.map((d, level) => ({ ink: (level + 1) / LEVELS, d }));
  return { levels: levels.filter(({ d }) => d !== ""), most };
}
