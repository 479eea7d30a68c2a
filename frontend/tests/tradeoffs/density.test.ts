import { expect, test } from "vitest";

import { densityOf } from "../../src/model/tradeoffs/density";

test("every model lies in one square, darker where more lie", () => {
  const places = new Map(
    Array.from({ length: 100 }, (_, at) => [`m${at}`, { x: at < 90 ? 1 : 6 * at, y: 1 }] as const),
  );
  const { levels, most } = densityOf(places.keys(), places);
  expect(most).toBe(90);
  const squares = levels.map(({ ink, d }) => [ink, d.split("M").length - 1]);
  expect(squares).toEqual([
    [1 / 6, 10],
    [1, 1],
  ]);
});

test("who has no place is in none, and one model alone is as dark as any", () => {
  expect(densityOf(["a"], new Map())).toEqual({ levels: [], most: 0 });
  const { levels } = densityOf(["a"], new Map([["a", { x: 9, y: 9 }]]));
  expect(levels).toEqual([{ ink: 1, d: "M6,6h6v6h-6Z" }]);
});
