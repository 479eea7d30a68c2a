import { describe, expect, test } from "vitest";

import { areaAround, tipPlace } from "../../src/model/labels/tip_place";

const frame = { left: 0, top: 0, right: 800, bottom: 600 };

describe("a tooltip", () => {
  test("stands right of and below what it points at, where there is room", () => {
    expect(tipPlace(100, 100, 200, 80, frame)).toEqual({ left: 112, top: 112 });
    expect(tipPlace(700, 100, 200, 80, frame)).toEqual({ left: 488, top: 112 });
    expect(tipPlace(100, 580, 200, 80, frame)).toEqual({ left: 112, top: 488 });
    expect(tipPlace(790, 590, 200, 80, frame)).toEqual({ left: 578, top: 498 });
  });

  test("stays off what it should not cover", () => {
    const children = { left: 90, top: 60, right: 400, bottom: 300 };
    expect(tipPlace(300, 180, 200, 80, frame, children), "least of it").toEqual({
      left: 312,
      top: 192,
    });
    const right = { left: 290, top: 100, right: 600, bottom: 320 };
    expect(tipPlace(300, 180, 200, 80, frame, right)).toEqual({ left: 88, top: 192 });
    const below = { left: 0, top: 170, right: 800, bottom: 320 };
    expect(tipPlace(300, 180, 200, 80, frame, below).top).toBeLessThan(180);
  });

  test("is never cut at the left or the top", () => {
    expect(tipPlace(10, 10, 900, 700, frame)).toEqual({ left: 22, top: 22 });
    expect(tipPlace(-500, -500, 100, 50, frame)).toEqual({ left: 4, top: 4 });
  });
});

test("an area holds all its points", () => {
  expect(areaAround([], 5)).toBeNull();
  expect(
    areaAround(
      [
        { x: 1, y: 9 },
        { x: 4, y: 2 },
      ],
      1,
    ),
  ).toEqual({
    left: 0,
    top: 1,
    right: 5,
    bottom: 10,
  });
});
