import { group, pairs } from "d3-array";

import { numbersOf, type FactorTable, type Point } from "./factors";

/** Models that are alike in all but x, along x. */
export interface Line {
  /** The level of the colour that they share. */
  readonly colour: number;
  /** In order of x; several points where the step of x has several forms. */
  readonly stops: readonly Stop[];
}

export interface Stop {
  readonly level: number;
  readonly points: readonly Point[];
}

/** The lines of a table with two stops or more: along its numbers, or along all levels. */
export function linesOf({ x, cells }: FactorTable, along: "numbers" | "levels"): Line[] {
  const levels = along === "numbers" ? numbersOf(x) : [...x.levels.keys()];
  const stops = levels.flatMap((level) =>
    (cells[level] ?? []).flatMap((cell, colour) =>
      [...group(cell?.points ?? [], ({ stratum }) => stratum)].map(([stratum, points]) => ({
        stratum,
        colour,
        stop: { level, points },
      })),
    ),
  );
  return [...group(stops, ({ stratum, colour }) => `${stratum} ${colour}`).values()]
    .filter((of) => of.length > 1)
    .map((of) => ({ colour: of[0]!.colour, stops: of.map(({ stop }) => stop) }));
}

/** What of a line is drawn: every point joined with those at the next stop. */
export function segmentsOf({ stops }: Line): [from: Stop, to: Stop, Point, Point][] {
  return pairs(stops).flatMap(([from, to]) =>
    from.points.flatMap((one) =>
      to.points.map((other): [Stop, Stop, Point, Point] => [from, to, one, other]),
    ),
  );
}
