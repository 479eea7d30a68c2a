import { describe, expect, test } from "vitest";

import { bytesAxis, layerAxis, type AxisScale } from "../../src/model/charts/axis";
import { columnsInSight } from "../../src/model/charts/in_sight";
import { classColours } from "../../src/model/colour/palette";
import {
  largestShare,
  sharesOf,
  shareTicks,
  stackedPaths,
  stepPath,
} from "../../src/model/layers/histogram";
import { bareNumber, numberWords, plusMinus, tickText } from "../../src/model/layers/measure";
import { layerNetwork } from "../../src/model/layers/network";
import {
  bridgePath,
  dotsPath,
  linePath,
  networkBands,
  placeOf,
  stripPaths,
  tensorAt,
} from "../../src/model/layers/strip";
import {
  bytesText,
  channelRange,
  countText,
  schemeWords,
  shapeText,
} from "../../src/model/layers/words";
import { rowsOf, SQNR } from "./builders";

describe("the strip", () => {
  test("divides the longest modules, so that each stretch can be told", () => {
    const blocks = Array.from({ length: 6 }, (_, at) => `encoder.${at}.weight`);
    const network = layerNetwork(rowsOf("stem.weight", ...blocks, "head.weight"));
    expect(networkBands(network).map(({ label, first, last }) => [label, first, last])).toEqual([
      ["stem", 0, 0],
      ...blocks.map((_, at) => [`encoder.${at}`, at + 1, at + 1]),
      ["head", 7, 7],
    ]);
  });

  test("of one tensor, or of none", () => {
    expect(networkBands(layerNetwork(rowsOf("w")))).toHaveLength(1);
    expect(networkBands(layerNetwork(rowsOf()))).toEqual([]);
  });

  test("a line breaks where a number is missing; a point alone is still drawn", () => {
    expect(linePath([0, 1, null, 0.5], 40, 10)).toBe("M5,10L15,0M35,5h.01");
  });

  test("few tensors have dots, those without bound too, and a line across gaps", () => {
    expect(dotsPath([0, null, 1], 30, 10)).toBe("M5,10h.01M25,0h.01");
    expect(bridgePath([0, null, 1], 30, 10)).toBe("M5,10L25,0");
    expect(bridgePath([null, 0, null], 30, 10)).toBe("");
    expect(dotsPath(new Array<number>(161).fill(1), 30, 10)).toBe("");
  });

  test("of many tensors it goes through the least and the largest at each pixel", () => {
    const shares = Array.from({ length: 1000 }, (_, at) => (at === 501 ? 1 : 0.25));
    const path = linePath(shares, 10, 100);
    expect(path.match(/[ML]/g)).toHaveLength(20);
    expect(path).toContain("L5,75L5,0L6,75");
  });

  test("lines that run in the same place are wider below, and have gaps above", () => {
    const axis = { share: (value: number) => value / 100 } as AxisScale;
    const line = (key: string, values: (number | null)[]) => ({
      key,
      id: key,
      colour: "",
      dashed: false,
      values,
    });
    const lines = [
      line("all", [90, 10, 12, null]),
      line("norms", [Infinity, 10.4, 12, 50]),
      line("other", [20, 60, 30, 50]),
    ];
    const drawn = stripPaths(lines, axis, 400, 100).map(({ wider, gaps }) => [wider, gaps]);
    expect(drawn).toEqual([
      [2, null],
      [0, "7 5"],
      [0, null],
    ]);
    expect(stripPaths([line("none", [null])], axis, 400, 100)[0]).toMatchObject({
      wider: 0,
      d: "",
    });
  });

  test("places and tensors belong together", () => {
    for (const at of [0, 3, 9]) expect(tensorAt(placeOf(at, 10, 333), 10, 333)).toBe(at);
    expect(tensorAt(-5, 10, 333)).toBe(0);
    expect(tensorAt(999, 10, 333)).toBe(9);
  });
});

describe("axes", () => {
  test("zeros of a logarithmic measure have a place below all others", () => {
    const axis = layerAxis([0, 0.001, 1], { ...SQNR, scale: "log" }, 4);
    expect(axis.log).toBe(true);
    expect(axis.ticks[0]).toBe(0);
    expect(axis.share(0)).toBeGreaterThanOrEqual(0);
    expect(axis.share(0.001)).toBeGreaterThan(axis.share(0) + 0.05);
  });

  test("bytes that differ by orders of magnitude are seen on a logarithmic axis", () => {
    expect(bytesAxis([-4, 0, 100, 1e6], 5).log).toBe(true);
    const axis = bytesAxis([-4, 0, 100, 1e9], 5);
    const places = [-4, 0, 100, 1e9].map((value) => axis.share(value));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(4);
    expect(axis.ticks).toContain(0);
    expect(axis.ticks.length).toBeLessThan(12);
    for (const value of [-4, 0, 7, 1e9]) {
      expect(axis.value(axis.share(value))).toBeCloseTo(value, value > 1e6 ? -3 : 6);
    }
    expect(bytesAxis([900, 1000], 5).log).toBe(false);
    expect(bytesAxis([], 5).log).toBe(false);
    expect(bytesAxis([0, 0], 5).share(0)).toBeGreaterThanOrEqual(0);
  });
});

describe("histograms", () => {
  test("heights are roots of shares, and what is there is seen", () => {
    expect(sharesOf([1, 3])).toEqual([0.25, 0.75]);
    expect(sharesOf([0, 0])).toEqual([0, 0]);
    expect(stepPath([0.25, 1, 0], [-1, 0, 1, 2], 1, 30, 20)).toBe("M0,20V10H10V0H20V20H30V20");
    expect(stepPath([1e-9, 1], [0, 1, 2], 1, 20, 20)).toContain("V19H10");
    expect(largestShare([0], [])).toBe(1);
  });

  test("parts of a bar divide it as they divide the whole", () => {
    const [low, high] = stackedPaths(
      [
        [1, 0],
        [3, 0],
      ],
      [0, 1, 2],
      1,
      20,
      40,
    );
    expect(low).toBe("M0,40H10V30H0Z");
    expect(high).toBe("M0,30H10V0H0Z");
    expect(stackedPaths([[0], [0]], [0, 1], 1, 10, 10)).toEqual(["", ""]);
  });

  test("ticks keep apart", () => {
    expect(shareTicks(1, 3)).toEqual([0.02, 0.2, 0.5]);
    expect(shareTicks(0.03, 3).every((tick) => tick <= 0.03)).toBe(true);
  });
});

test("each class of change has a colour of its own", () => {
  const classes = ["unchanged", "0–20 %", "20–40 %", "100 %+", "zero before", "zero after"];
  for (const theme of ["light", "dark"] as const) {
    expect(new Set(classColours(classes, theme)).size).toBe(classes.length);
  }
});

test("columns out of sight are not drawn, and the base is always there", () => {
  const widths = { head: 300, least: 200 };
  expect([...columnsInSight(3, widths, 0, 1500)]).toEqual([0, 1, 2]);
  expect([...columnsInSight(8, widths, 0, 1000)]).toEqual([0, 1, 2, 3]);
  expect([...columnsInSight(8, widths, 500, 1000)]).toEqual([0, 3, 4, 5]);
});

describe("numbers", () => {
  const estimate = { value: 14.123, low: 13.9, high: 14.4, certainty: "estimate" } as const;

  test("are written with their interval, and exactly in tooltips", () => {
    expect(bareNumber(estimate, SQNR)).toBe("14.1");
    expect(plusMinus(estimate)).toBe("±0.3");
    expect(plusMinus({ ...estimate, certainty: "exact" })).toBe("");
    const unchanged = { value: null, low: null, high: null, certainty: "exact" } as const;
    expect(bareNumber(unchanged, SQNR)).toBe("∞");
    expect(bareNumber({ ...unchanged, value: 9.6e-16 }, SQNR)).toBe("0");
    expect(bareNumber({ ...unchanged, value: 9.6e-16 }, { ...SQNR, scale: "log" })).toBe(
      "9.60e−16",
    );
    expect(numberWords(unchanged, SQNR)).toBe("infinite: it did not change");
    expect(numberWords(estimate, SQNR)).toBe(
      "14.123\u202fdB, estimated\n95 % interval 13.9\u202fdB to 14.4\u202fdB",
    );
    expect(bareNumber({ value: null, low: null, high: null, certainty: null }, SQNR)).toBe("–");
    expect(tickText(-0.05)).toBe("−0.05");
  });

  test("sizes and shapes", () => {
    expect(bytesText(2_359_296)).toBe("2.36\u202fMB");
    expect(bytesText(null)).toBe("–");
    expect(countText(25_600_000)).toBe("25.6\u202fM");
    expect(shapeText([64, 3, 7, 7])).toBe("64×3×7×7");
    expect(shapeText([])).toBe("scalar");
    expect(channelRange(3, 256, 256)).toBe("3");
    expect(channelRange(1, 2, 768)).toBe("384–767");
  });

  test("a quantization scheme in words", () => {
    const scheme = {
      bits: 8,
      algorithm: "",
      symmetric: true,
      group: null,
      axis: 0,
      scales: 64,
      overhead_bytes: 512,
      saturated: 3,
    };
    expect(schemeWords(scheme, [64, 9])).toBe(
      "8 bits · per channel (axis 0) · symmetric · 64 scales, 512\u202fB · 3 saturated",
    );
    expect(
      schemeWords(
        { ...scheme, group: 128, axis: 0, symmetric: false, scales: 2, saturated: null },
        [64, 256],
      ),
    ).toBe("8 bits · groups of 128 · asymmetric · 2 scales, 512\u202fB");
    expect(schemeWords({ ...scheme, group: 9, scales: 64 }, [64, 9])).toContain("per channel");
  });
});
