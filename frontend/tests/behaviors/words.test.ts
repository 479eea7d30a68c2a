import { describe, expect, test } from "vitest";

import { differenceText, meanText } from "../../src/model/behaviors/mean_text";
import {
  changeTip,
  instanceText,
  intervalText,
  predictionText,
} from "../../src/model/behaviors/words";
import { chanceText, shareText } from "../../src/model/format/shares";
import { exactText } from "../../src/model/metrics/measure";
import { measure } from "./builders";

const RATE = measure({ rate: true });
const NATS = measure({ unit: "nats", goal: "min" });
const plain = (text: string): string => text.replace(/\u202f/g, " ");

describe("a share", () => {
  test.each([
    [0, "0 %"],
    [1, "100 %"],
    [0.00001, "< 0.01 %"],
    [0.99999, "> 99.99 %"],
    [0.0003, "0.03 %"],
    [0.021, "2.1 %"],
    [0.5, "50 %"],
    [0.998, "99.8 %"],
    [0.9999, "99.99 %"],
    [null, "–"],
  ])("%j is %j", (share, expected) => {
    expect(plain(shareText(share))).toBe(expected);
  });
});

describe("a mean", () => {
  test("of a rate is per cent, of anything else has its unit", () => {
    expect(plain(meanText(0.9512, RATE))).toBe("95.1 %");
    expect(plain(meanText(0.1234, NATS))).toBe("0.123 nats");
    expect(meanText(null, NATS)).toBe("–");
    expect(intervalText({ low: 0.947, high: 0.955 }, RATE)).toBe("[94.7, 95.5]");
    expect(intervalText({ low: null, high: 1 }, RATE)).toBe("");
  });

  test("is exact in a tooltip", () => {
    expect(plain(exactText(0.930792, RATE))).toBe("93.0792 %");
    expect(plain(exactText(-0.0015, NATS))).toBe("−0.0015 nats");
    expect(exactText(null, RATE)).toBe("–");
  });
});

describe("a change", () => {
  test("of a rate is in points", () => {
    expect(plain(differenceText(-0.07, RATE))).toBe("−7.00 pt");
    expect(plain(differenceText(0.31, NATS))).toBe("+0.310 nats");
    expect(differenceText(0, NATS)).toBe("±0");
    expect(differenceText(null, RATE)).toBe("–");
  });

  test("is told whole, with its test", () => {
    const change = {
      n: 1200,
      value: -0.0963,
      low: -0.118,
      high: -0.0749,
      relative: -0.1034,
      p: 2.5e-7,
      test: "exact McNemar",
    } as const;
    expect(plain(changeTip(change, RATE)).split("\n")).toEqual([
      "−9.63 pt over 1,200 instances of both",
      "95 % interval −11.8 pt to −7.49 pt",
      "−10.3 % of the base’s mean",
      "exact McNemar, interval and p: p = 2.5e−7",
    ]);
    const bare = { ...change, low: null, relative: null, p: null, test: null };
    expect(changeTip(bare, RATE).split("\n")).toHaveLength(1);
  });
});

describe("a chance", () => {
  test.each([
    [0.0004, "p < .001"],
    [0.0123, "p .012"],
    [0.124, "p .12"],
    [1, "p 1.00"],
    [null, ""],
  ])("%j is %j", (chance, expected) => {
    expect(chanceText(chance, "p")).toBe(expected);
  });
});

describe("an answer", () => {
  test("is a class, a number, a text, or several classes", () => {
    expect(predictionText("cat")).toBe("cat");
    expect(predictionText(12.3456)).toBe("12.3");
    expect(predictionText(["cat", "dog"])).toBe("cat, dog");
    expect(predictionText([])).toBe("none");
    expect(predictionText(null)).toBe("–");
  });

  test("has a value in the form asked for", () => {
    expect(plain(instanceText(0.5, NATS, "value"))).toBe("0.500 nats");
    expect(plain(instanceText(0.5, NATS, "difference"))).toBe("+0.500 nats");
    expect(instanceText(2, NATS, "ratio")).toBe("×2");
    expect(instanceText(1, RATE, "value")).toBe("1");
    expect(instanceText(null, NATS, "value")).toBe("–");
  });
});
