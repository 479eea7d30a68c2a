import type { AxisScale } from "../charts/axis";
import { parentOf, type LayerNetwork } from "./network";

/** A module as a stretch of the network, from tensor to tensor, both included. */
export interface NetworkBand {
  readonly row: number;
  readonly label: string;
  readonly first: number;
  readonly last: number;
}

/** No stretch is longer than this share of the network, as long as there are not too many. */
const LONGEST = 0.3;
const MOST_BANDS = 64;

/** The network in stretches: its outermost modules, and of the longest what they hold. */
export function networkBands(network: LayerNetwork): NetworkBand[] {
  let bands = bandsWithin(network, 0);
  while (bands.length) {
    const longest = bands.reduce((most, band) => (lengthOf(band) > lengthOf(most) ? band : most));
    if (lengthOf(longest) <= LONGEST * network.tensors.length) break;
    const split = bandsWithin(network, longest.row);
    if (split.length === 0 || split.length + bands.length > MOST_BANDS) break;
    bands = bands.flatMap((band) => (band === longest ? split : band));
  }
  return bands;
}

function lengthOf({ first, last }: NetworkBand): number {
  return last + 1 - first;
}

/** What the module `module` holds, one level deeper. */
function bandsWithin(network: LayerNetwork, module: number): NetworkBand[] {
  const bands: NetworkBand[] = [];
  network.tensors.forEach((tensor, at) => {
    let row = tensor;
    let above = parentOf(network.rows, row);
    while (above >= 0 && above !== module) [row, above] = [above, parentOf(network.rows, above)];
    if (above !== module) return;
    const latest = bands.at(-1);
    if (latest?.row === row) bands[bands.length - 1] = { ...latest, last: at };
    else bands.push({ row, label: network.rows.names[row] ?? "", first: at, last: at });
  });
  return bands;
}

/** More points than these per pixel are drawn as the range of their values. */
const POINTS_PER_PX = 2;

/**
 * A line through shares (0 at the bottom) of a plot of `width` × `height` px; it breaks where one
 * is null. Where there are many to a pixel it goes through the least and the largest of each.
 */
export function linePath(
  shares: readonly (number | null)[],
  width: number,
  height: number,
): string {
  const y = (share: number) => heightAt(share, height);
  if (shares.length <= width * POINTS_PER_PX) {
    let path = "";
    let broken = true;
    shares.forEach((share, at) => {
      if (share !== null)
        path += `${broken ? "M" : "L"}${placeOf(at, shares.length, width)},${y(share)}`;
      // A point between two gaps would not be seen.
      if (share !== null && broken && shares[at + 1] == null) path += "h.01";
      broken = share === null;
    });
    return path;
  }
  let path = "";
  for (let pixel = 0; pixel < width; pixel++) {
    const from = Math.floor((pixel / width) * shares.length);
    const to = Math.floor(((pixel + 1) / width) * shares.length);
    let [low, high] = [Infinity, -Infinity];
    for (let at = from; at < to; at++) {
      const share = shares[at];
      if (share == null) continue;
      if (share < low) low = share;
      if (share > high) high = share;
    }
    if (low <= high) path += `${path ? "L" : "M"}${pixel},${y(low)}L${pixel},${y(high)}`;
  }
  return path;
}

/** With more tensors than these there is no room for dots. */
const MOST_DOTS = 160;

/** A dot for each share, those without bound at the top; "" where there are too many. */
export function dotsPath(
  shares: readonly (number | null)[],
  width: number,
  height: number,
): string {
  if (shares.length > MOST_DOTS) return "";
  return pointsOf(shares, width, height)
    .map((point) => `M${point}h.01`)
    .join("");
}

/** A line through all shares that are known, across what is missing between them. */
export function bridgePath(
  shares: readonly (number | null)[],
  width: number,
  height: number,
): string {
  if (shares.length > MOST_DOTS) return "";
  const points = pointsOf(shares, width, height);
  return points.length > 1 ? `M${points.join("L")}` : "";
}

/** "x,y" of each share that is known. */
function pointsOf(shares: readonly (number | null)[], width: number, height: number): string[] {
  return shares.flatMap((share, at) =>
    share === null ? [] : `${placeOf(at, shares.length, width)},${heightAt(share, height)}`,
  );
}

function heightAt(share: number, height: number): number {
  return Math.round((1 - share) * height * 10) / 10;
}

/** Where tensor `at` of `count` lies, in px from the left. */
export function placeOf(at: number, count: number, width: number): number {
  return Math.round(((at + 0.5) / count) * width * 10) / 10;
}

/** The tensor at `x` px. */
export function tensorAt(x: number, count: number, width: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor((x / width) * count)));
}

/** A line of the strip: its values by tensor. */
export interface StripLine {
  readonly key: string;
  readonly id: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly values: readonly (number | null)[];
}

/** A line as it is drawn. */
export interface StripPath extends StripLine {
  readonly d: string;
  readonly bridge: string;
  readonly dots: string;
  /** How many px it is wider than others, so as to be seen below those that run in its place. */
  readonly wider: number;
  /** Its dashes; those above another line have some. */
  readonly gaps: string | null;
}

/** The lines on a plot of `width` × `height` px; those that run in the same place are all seen. */
export function stripPaths(
  lines: readonly StripLine[],
  axis: AxisScale,
  width: number,
  height: number,
): StripPath[] {
  const shares = lines.map(({ values }) =>
    values.map((value) => (value === null ? null : axis.share(value))),
  );
  return lines.map((line, index) => {
    const own = shares[index]!;
    const bounded = own.map((share, at) => (line.values[at] === Infinity ? null : share));
    const together = shares.map((other, at) => at !== index && runTogether(own, other, height));
    const above = together.some((it, at) => it && at < index);
    const below = together.filter((it, at) => it && at > index).length;
    return {
      ...line,
      d: linePath(bounded, width, height),
      bridge: bridgePath(bounded, width, height),
      dots: dotsPath(own, width, height),
      wider: 2 * Math.min(3, below),
      gaps: above ? "7 5" : line.dashed ? "4 3" : null,
    };
  });
}

/** Lines so near to each other in half of their places, in px, run in the same place. */
const NEAR_PX = 2.5;

function runTogether(
  line: readonly (number | null)[],
  other: readonly (number | null)[],
  height: number,
): boolean {
  let [shared, near] = [0, 0];
  line.forEach((share, at) => {
    const beside = other[at] ?? null;
    if (share === null || beside === null) return;
    shared++;
    if (Math.abs(share - beside) * height < NEAR_PX) near++;
  });
  return shared > 0 && near * 2 >= shared;
}
