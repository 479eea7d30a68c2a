import { describe, expect, test } from "vitest";

import { inkOn, rampColour, rampStops, type Theme } from "../../src/model/colour/palette";
import { markLegend, rampLegend, sizeLegend } from "../../src/model/map/legend";
import { layoutMap, spacingFor } from "../../src/model/map/layout";
import { changeScale, colourScale, robustDomain, sizeScale } from "../../src/model/map/scales";
import { buildScene, placesOf } from "../../src/model/map/scene";
import type { Model } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";
import { ONE_PAIR } from "../../src/model/metrics/known";

const accuracy = spec("accuracy", { goal: "max" });
const size = spec("size", { goal: "min", unit: "B" });
const withValues = (name: string, ...values: (number | null)[]): Model[] =>
  values.map((value, i) => model(`${i}`, { metrics: { [name]: metric(value) } }));

/** WCAG 2, of #rrggbb. */
function luminance(colour: string): number {
  return [0.2126, 0.7152, 0.0722].reduce((sum, share, at) => {
    const value = parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16) / 255;
    return sum + share * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0);
}

describe("a robust domain", () => {
  test("is the whole range where nothing stands out", () => {
    expect(robustDomain([0, 1, 2, 3, 4, 5])).toEqual([0, 5]);
    expect(robustDomain([0.01, 0.02, 0.03, 0.9, 0.91, 0.92])).toEqual([0.01, 0.92]);
  });

  test("leaves out the one model that diverged", () => {
    expect(robustDomain([0.1, 0.9, 0.91, 0.92, 0.93, 0.94])).toEqual([0.9, 0.94]);
    expect(robustDomain([0.2, 0.21, 0.22, 0.24, 0.25, 9e6])).toEqual([0.2, 0.25]);
  });

  test("keeps many that stand out: they are part of the story", () => {
    expect(robustDomain([15, 57, 57.1, 57.2, 95])).toEqual([15, 95]);
  });

  test("takes few and equal values", () => {
    expect(robustDomain([])).toEqual([0, 0]);
    expect(robustDomain([1, 100])).toEqual([1, 100]);
    expect(robustDomain([3, 3, 3, 3, 3, 7])).toEqual([3, 7]);
  });
});

describe("colour", () => {
  test("is strong at the better end, whichever it is", () => {
    const up = colourScale(withValues("accuracy", 0, 1), accuracy)!;
    expect([up.strength(0), up.strength(1), up.strength(0.25)]).toEqual([0, 1, 0.25]);
    const down = colourScale(withValues("size", 0, 1), size)!;
    expect([down.strength(0), down.strength(1)]).toEqual([1, 0]);
  });

  test("clamps what is beyond, and the legend says so", () => {
    const scale = colourScale(withValues("accuracy", 0.1, 0.9, 0.91, 0.92, 0.93, 0.94), accuracy)!;
    expect(scale.strength(0.1)).toBe(0);
    expect(rampLegend(scale, "light")).toMatchObject({
      low: "≤ 0.900",
      high: "0.940",
      lowNote: "",
      highNote: "better →",
    });
  });

  test("of a metric to be lowered has its strong end, and the arrow, on the left", () => {
    const legend = rampLegend(colourScale(withValues("size", 1, 5), size)!, "light");
    expect(legend).toMatchObject({ lowNote: "← better", highNote: "" });
    expect(legend.stops[0]).toBe(rampColour(1, "light"));
  });

  test("is there for a single value, and for none there is no scale", () => {
    const scale = colourScale(withValues("accuracy", 0.5), accuracy)!;
    expect(scale.strength(0.5)).toBeGreaterThan(0.3);
    expect(rampLegend(scale, "light")).toMatchObject({ low: "", high: "0.500", highNote: "" });
    expect(colourScale(withValues("accuracy", null), accuracy)).toBeNull();
  });

  test("reaches from one end of all numbers to the other", () => {
    const scale = colourScale(withValues("accuracy", -1e308, 0, 1e308), accuracy)!;
    expect([-1e308, 0, 1e308].map(scale.strength)).toEqual([0, 0.5, 1]);
    const area = sizeScale(withValues("size", -1e308, 1e308), size, 10)!;
    expect([-1e308, 1e308].map(area.radius)).toEqual([3.2, 10]);
  });
});

describe("the ramp", () => {
  const lightness = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const c = parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  };

  test.each<[Theme, number]>([
    ["light", -1],
    ["dark", 1],
  ])("changes its lightness evenly, away from the background (%s)", (theme, sign) => {
    const steps = rampStops(theme).map(lightness);
    const changes = steps.slice(1).map((step, i) => (step - steps[i]!) * sign);
    const mean = changes.reduce((a, b) => a + b) / changes.length;
    expect(mean).toBeGreaterThan(0.05);
    for (const change of changes) expect(Math.abs(change / mean - 1)).toBeLessThan(0.25);
  });

  test("takes numbers beyond its ends", () => {
    expect(rampColour(-3, "dark")).toBe(rampColour(0, "dark"));
    expect(rampColour(9, "dark")).toBe(rampColour(1, "dark"));
  });

  test("has readable ink on it", () => {
    expect([inkOn(0, "light"), inkOn(1, "light")]).toEqual(["#000000", "#ffffff"]);
    expect([inkOn(0, "dark"), inkOn(1, "dark")]).toEqual(["#ffffff", "#000000"]);
    for (const kind of ["value", "change"] as const) {
      for (const theme of ["light", "dark"] as const) {
        for (let t = 0; t <= 1; t += 1 / 64) {
          const [ground, ink] = [rampColour(t, theme, kind), inkOn(t, theme, kind)].map(luminance);
          const ratio = (Math.max(ground!, ink!) + 0.05) / (Math.min(ground!, ink!) + 0.05);
          expect(ratio).toBeGreaterThan(4.5);
        }
      }
    }
  });
});

describe("colour by change against the parent", () => {
  const models = withValues("size", 100, 102, 90);
  const [dense] = models;
  const larger = { ...size, goal: "max" as const };
  const scale = changeScale(
    models,
    larger,
    (one) => (one === dense ? undefined : dense),
    ONE_PAIR,
  )!;

  test("is centred on no change and reaches as far to both sides", () => {
    expect([scale.low, scale.high]).toEqual([-10, 10].map((end) => expect.closeTo(end)));
    expect(scale.strength(0)).toBe(0.5);
    expect(models.map((one) => scale.valueOf(one))).toEqual([
      null,
      expect.closeTo(2),
      expect.closeTo(-10),
    ]);
    expect(rampLegend(scale, "light")).toMatchObject({
      low: "−10.0\u202f%",
      lowNote: "← worse",
      highNote: "better →",
    });
  });

  test("puts the better end at the same colour where less is better", () => {
    const sizes = withValues("size", 100, 50);
    const down = changeScale(
      sizes,
      size,
      (one) => (one === sizes[0] ? undefined : sizes[0]),
      ONE_PAIR,
    )!;
    expect(down.strength(down.valueOf(sizes[1]!)!)).toBe(1);
    const legend = rampLegend(down, "light");
    expect(legend).toMatchObject({ low: "−50.0\u202f%", lowNote: "← better" });
    expect(legend.stops[0]).toBe(rampColour(1, "light", "change"));
  });

  test("leaves what noise may have made without colour", () => {
    const latency = spec("latency_ms", { goal: "min", unit: "ms" });
    const slow = [10, 9, 4].map((value, at) =>
      model(`m${at}`, { metrics: { latency_ms: metric(value) } }),
    );
    const found = changeScale(
      slow,
      latency,
      (one) => (one === slow[0] ? undefined : slow[0]),
      ONE_PAIR,
    )!;
    expect(slow.slice(1).map((one) => found.valueOf(one))).toEqual([0, expect.closeTo(-60)]);
  });

  test("of roots alone is nothing", () => {
    expect(changeScale(models, size, () => undefined, ONE_PAIR)).toBeNull();
  });

  test.each<Theme>(["light", "dark"])("has a grey middle and two colours (%s)", (theme) => {
    const channels = (t: number) =>
      rampColour(t, theme, "change")
        .match(/\w\w/g)!
        .map((hex) => parseInt(hex, 16));
    const [r, g, b] = channels(0.5) as [number, number, number];
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(4);
    const [worse, better] = [channels(0), channels(1)];
    expect(worse[0]! - worse[2]!).toBeGreaterThan(60);
    expect(better[2]! - better[0]!).toBeGreaterThan(60);
  });
});

describe("size", () => {
  test("is told by area", () => {
    const scale = sizeScale(withValues("size", 25e6, 100e6), size, 10)!;
    expect(scale.radius(100e6)).toBe(10);
    expect(scale.radius(25e6)).toBe(5);
    expect(sizeLegend(scale).circles.map(({ text }) => text)).toEqual([
      "20.0\u202fMB",
      "100\u202fMB",
    ]);
  });

  test("never vanishes, and has room for values below zero", () => {
    const scale = sizeScale(withValues("size", -4, 0, 5), size, 10)!;
    expect(scale.radius(-4)).toBeGreaterThan(2);
    expect(scale.radius(5)).toBe(10);
    expect(scale.examples).toEqual([-4, 5]);
  });

  test("of equal values is one", () => {
    const scale = sizeScale(withValues("size", 0, 0), size, 10)!;
    expect(scale.radius(0)).toBe(10);
    expect(scale.examples).toEqual([0]);
  });
});

test("the legend explains only the marks that occur", () => {
  const failed = model("x", { status: "failed", parents: ["a", "b"], assumed: ["a"] });
  const models = [...withValues("accuracy", 1), model("a"), model("b"), failed];
  const layout = layoutMap(models, "step");
  const colour = colourScale(models, accuracy);
  const looks = { colour, size: null, largest: 10 };
  const scene = buildScene(layout, placesOf(layout, spacingFor(layout, 600, 300)), looks);
  const kinds = markLegend(scene, new Set(["a"]), true);
  const shown = Object.entries(kinds).filter(([, there]) => there);
  expect(shown.map(([kind]) => kind).sort()).toEqual([
    "assumed",
    "failed",
    "front",
    "further",
    "notLogged",
  ]);
});
