import { describe, expect, test } from "vitest";

import { furtherParentPath, ribbonPath, ribbonSpine } from "../../src/model/map/ribbon";

type Point = [number, number];

/** Points of a path of M, L and cubic C commands. */
function sample(path: string): Point[] {
  const points: Point[] = [];
  let at: Point = [0, 0];
  for (const [, command, rest = ""] of path.matchAll(/([MLC])([^MLCZ]*)/g)) {
    const numbers = (rest.match(/-?[\d.]+/g) ?? []).map(Number);
    const [a, b, c] = [0, 2, 4].map((i): Point => [numbers[i] ?? 0, numbers[i + 1] ?? 0]);
    if (command !== "C") points.push((at = a!));
    else {
      for (let i = 1; i <= 400; i++) {
        const t = i / 400;
        const at4 = (j: 0 | 1) =>
          at[j] * (1 - t) ** 3 +
          3 * a![j] * t * (1 - t) ** 2 +
          3 * b![j] * t * t * (1 - t) +
          c![j] * t ** 3;
        points.push([at4(0), at4(1)]);
      }
      at = c!;
    }
  }
  return points;
}

function thicknessAt(path: string, middle: Point): number {
  const points = sample(path);
  const half = points.length / 2;
  const distance = (p: Point) => Math.hypot(p[0] - middle[0], p[1] - middle[1]);
  const upper = Math.min(...points.slice(0, half).map(distance));
  const lower = Math.min(...points.slice(half).map(distance));
  return upper + lower;
}

describe("a ribbon", () => {
  const from = { x: 0, y: 0, width: 10 };

  test("is as wide at its ends as they say", () => {
    const path = ribbonPath(from, { x: 100, y: 40, width: 4 }, 100);
    expect(path.startsWith("M0,-5C")).toBe(true);
    expect(path).toContain("100,38");
    expect(path).toContain("100,42");
    expect(path.endsWith("0,5Z")).toBe(true);
  });

  test.each([10, 60, 200, -200])("does not pinch where it is steep (%i px down)", (rise) => {
    const path = ribbonPath(from, { x: 100, y: rise, width: 10 }, 100);
    expect(thicknessAt(path, [50, rise / 2])).toBeGreaterThan(8.5);
    expect(thicknessAt(path, [50, rise / 2])).toBeLessThan(11.5);
  });

  test.each([
    [40, 7],
    [-300, -120],
  ])("has the same shape wherever it begins (%i, %i)", (x, y) => {
    const [here, there] = [0, 1].map((moved) =>
      sample(
        ribbonPath(
          { x: moved * x, y: moved * y, width: 10 },
          { x: 100 + moved * x, y: 60 + moved * y, width: 4 },
          80,
        ),
      ),
    );
    expect(there).toHaveLength(here!.length);
    here!.forEach(([atX, atY], index) => {
      expect(there![index]![0] - x).toBeCloseTo(atX, 5);
      expect(there![index]![1] - y).toBeCloseTo(atY, 5);
    });
  });

  test("bends before the first column it skips, then runs straight", () => {
    const points = sample(ribbonPath(from, { x: 300, y: 80, width: 2 }, 100));
    const beyond = points.filter(([x]) => x > 101);
    expect(beyond.every(([, y]) => Math.abs(y - 80) < 5)).toBe(true);
  });

  test("is drawn even without room", () => {
    expect(ribbonPath(from, { x: 0, y: 10, width: 2 }, 100)).not.toContain("NaN");
    expect(ribbonPath(from, { x: -50, y: 10, width: 2 }, 100)).not.toContain("NaN");
  });
});

test("the spine joins the middles", () => {
  expect(ribbonSpine({ x: 0, y: 0 }, { x: 200, y: 50 }, 100)).toBe("M0,0C50,0 50,50 100,50L200,50");
});

test("a further parent's curve enters its child from the left, also from the same column", () => {
  const points = sample(furtherParentPath({ x: 100, y: 0 }, { x: 100, y: 90 }, 80));
  expect(points.at(-1)).toEqual([100, 90]);
  expect(points.at(-3)![0]).toBeLessThan(100);
});
