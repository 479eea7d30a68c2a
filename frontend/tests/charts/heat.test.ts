import { describe, expect, test } from "vitest";

import { heatChangeScale, heatPaths, heatScale } from "../../src/model/charts/heat";
import { laidCaption, wrapped } from "../../src/model/charts/caption";
import { randomFrom } from "../random";

/** 20 dB with some noise, as of a network in 4 bits. */
const BULK = Array.from({ length: 400 }, (_, at) => 20 + 0.5 * Math.sin(at * 12.9898));

describe("the scale of heat cells", () => {
  test("shows one bad block among many at first sight", () => {
    const scale = heatScale([...BULK, 6, 6.2, 5.9], { strong: "low" })!;
    for (const value of BULK) expect(scale.share(value)).toBeLessThan(0.3);
    expect(scale.share(6)).toBe(1);
    expect(scale.beyond.strong).toBe(true);
    expect(scale.share(19.5)).toBeGreaterThan(scale.share(20.4));
  });

  test("is not flattened by infinity, NaN, zeros, or by what hardly changed", () => {
    const scale = heatScale([...BULK, Infinity, NaN, 300], { strong: "low" })!;
    expect(Math.abs(scale.share(19.5) - scale.share(20.5))).toBeGreaterThan(0.1);
    expect(scale.share(300)).toBe(0);
    expect(scale.share(Infinity)).toBe(0);
    expect(scale.beyond.weak).toBe(true);
    const log = heatScale([0, 1e-6, 1e-5, 1e-4], { strong: "high", log: true })!;
    expect(log.share(0)).toBe(0);
    expect(log.share(1e-5)).toBeCloseTo(0.5, 6);
  });

  test("of one value, of equal ones, and of none", () => {
    expect(heatScale([NaN, Infinity], { strong: "high" })).toBeNull();
    const flat = heatScale([4, 4, 4], { strong: "high" })!;
    expect([3, 4, 5].map(flat.share)).toEqual([0, 0.5, 1]);
    const apart = heatScale([...Array<number>(99).fill(4), 2], { strong: "low" })!;
    expect([apart.share(4), apart.share(2)]).toEqual([0, 1]);
  });

  test("is monotonous, and its values are those of its shares", () => {
    const draw = randomFrom(7);
    for (let round = 0; round < 200; round++) {
      const values = Array.from({ length: 30 }, () => (draw() - 0.5) * 10 ** (6 * draw()));
      const scale = heatScale(values, { strong: draw() < 0.5 ? "low" : "high" })!;
      const shares = [...values].sort((a, b) => a - b).map(scale.share);
      const steps = shares.slice(1).map((share, at) => Math.sign(share - shares[at]!));
      expect(new Set(steps.filter(Boolean)).size).toBeLessThanOrEqual(1);
      expect(scale.share(scale.value(0.5))).toBeCloseTo(0.5, 6);
      for (const share of shares) expect(share >= 0 && share <= 1).toBe(true);
    }
  });

  test("of changes has none in its middle, and the goal decides which end is good", () => {
    const up = heatChangeScale([-0.1, 0.02, 0.05], "max")!;
    expect([up.share(0), up.share(-0.1)]).toEqual([0.5, 0]);
    const down = heatChangeScale([-0.1, 0.02, 0.05], "min")!;
    expect(down.share(-0.1)).toBe(1);
    expect(heatChangeScale([0, 0], null)!.share(0)).toBe(0.5);
    expect(heatChangeScale([NaN], null)).toBeNull();
  });

  test("cells of one colour are one path", () => {
    const cell = { x: 0, y: 0, width: 4, height: 3 };
    const paths = heatPaths([
      { ...cell, colour: "#111111" },
      { ...cell, x: 5, colour: "#222222" },
      { ...cell, x: 10, colour: "#111111" },
    ]);
    expect(paths).toEqual([
      { colour: "#111111", d: "M0,0h4v3H0zM10,0h4v3H10z" },
      { colour: "#222222", d: "M5,0h4v3H5z" },
    ]);
  });
});

describe("what a saved picture says around its chart", () => {
  const entry = (text: string) => ({ text, colour: "#000000", path: "" });

  test("overlaps nowhere, however long names are", () => {
    const legend = Array.from({ length: 8 }, (_, at) => entry(`a-model-with-a-long-name-${at}`));
    const ramp = { stops: ["#000000"], weak: "0", strong: "1", label: "SQNR, dB" };
    const { above, below } = laidCaption(
      { title: "SQNR by block ".repeat(9), legend, ramp, note: "bytes saved ".repeat(20) },
      420,
    );
    for (const { texts, height } of [above, below]) {
      for (const text of texts) {
        expect(text.x + text.text.length * text.size * 0.55).toBeLessThanOrEqual(420);
        expect(text.y).toBeLessThanOrEqual(height);
        const beside = texts.filter((other) => other.y === text.y && other.x > text.x);
        for (const other of beside) {
          expect(text.x + text.text.length * text.size * 0.55).toBeLessThanOrEqual(other.x);
        }
      }
    }
  });

  test("wraps between words, and cuts a word that is longer than a line", () => {
    expect(wrapped("one two three", 60, 12)).toEqual(["one two", "three"]);
    expect(wrapped("x".repeat(40), 66, 12)).toEqual(["xxxxxxxxx…"]);
    expect(wrapped("", 60, 12)).toEqual([]);
  });
});
