import { describe, expect, test } from "vitest";

import { colourScale, sizeScale } from "../../src/model/map/scales";
import { scatterPoints } from "../../src/model/tradeoffs/scatter";
import {
  crowdsOf,
  largestRadius,
  LARGEST_PX,
  pointLooks,
} from "../../src/model/tradeoffs/scatter_looks";
import { keysBetween, scatterPlane } from "../../src/model/tradeoffs/scatter_plane";
import type { ScaleChoice } from "../../src/model/link/tradeoffs";
import { metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { goal: "max" });
const size = spec("size_bytes", { goal: "min", unit: "B" });
const models = [
  model("large", { metrics: { accuracy: metric(0.9), size_bytes: metric(4e8) } }),
  model("middle", { metrics: { accuracy: metric(0.01), size_bytes: metric(1e8) } }),
  model("small", { metrics: { accuracy: metric(0.5), size_bytes: metric(1e6) } }),
];
const points = scatterPoints(models, size, accuracy, new Map());
test("an axis has room for a logged interval, not for that of two repeats", () => {
  const interval = { low: 0.4, high: 0.95, level: 0.95 };
  const models = [
    model("logged", { metrics: { accuracy: metric(0.9, { interval }), size_bytes: metric(1) } }),
    model("twice", {
      metrics: { accuracy: metric(0.8, { repeats: [0.7, 0.9] }), size_bytes: metric(2) },
    }),
  ];
  const points = scatterPoints(models, size, accuracy, new Map());
  const plot = { left: 0, top: 0, width: 338, height: 206 };
  const axes = [size, accuracy].map((of) => ({ spec: of, scale: "auto" as const }));
  const { y } = scatterPlane(points, axes[0]!, axes[1]!, plot, null);
  expect([y.share(0.4), y.share(0.95)].every((at) => at >= 0 && at <= 1)).toBe(true);
  expect(y.share(-0.4)).toBeLessThan(0);
});

const keys = models.map(({ key }) => key);

function plane(x: ScaleChoice = "auto", y: ScaleChoice = "auto") {
  const axes = [
    { spec: size, scale: x },
    { spec: accuracy, scale: y },
  ] as const;
  return scatterPlane(points, ...axes, { left: 0, top: 0, width: 338, height: 206 }, null);
}

describe("the plane", () => {
  test("is logarithmic where values are spread wide, but never by itself for shares", () => {
    expect(plane().x.log).toBe(true);
    expect(plane().y.log).toBe(false);
    expect(plane("linear", "log").x.log).toBe(false);
    expect(plane("linear", "log").y.log).toBe(true);
  });

  test("has every point inside the plot, higher values further up", () => {
    const { plot, places } = plane();
    for (const { x, y } of places.values()) {
      expect(x).toBeGreaterThan(plot.left);
      expect(x).toBeLessThan(plot.left + plot.width);
      expect(y).toBeGreaterThan(plot.top);
      expect(y).toBeLessThan(plot.top + plot.height);
    }
    expect(places.get(keys[0]!)!.y).toBeLessThan(places.get(keys[2]!)!.y);
  });

  test("a marquee holds what is between its corners, drawn from any of them", () => {
    const drawn = plane();
    const { plot, places } = drawn;
    const small = places.get(keys[2]!)!;
    const corner = { x: small.x + 1, y: plot.top };
    const other = { x: plot.left, y: small.y + 1 };
    expect(keysBetween(points, drawn, corner, other)).toEqual([keys[2]]);
    expect(keysBetween(points, drawn, other, corner)).toEqual([keys[2]]);
    const end = { x: plot.left + plot.width, y: plot.top + plot.height };
    expect(keysBetween(points, drawn, { x: 0, y: 0 }, end)).toEqual(keys);
  });
});

describe("the points", () => {
  const style = {
    colour: colourScale(models, accuracy),
    size: sizeScale(models, size, LARGEST_PX),
    front: new Set([keys[0]!]),
    tied: new Set([keys[2]!]),
    cautions: new Map([[keys[0]!, "harmed"]]),
    faded: (key: string) => key === keys[1],
  };

  test("are drawn with the front on top of the tied, and those that stand back at the bottom", () => {
    const looks = pointLooks(points, style);
    expect(looks.map(({ point }) => point.model.id)).toEqual(["middle", "small", "large"]);
    expect(looks.map(({ standing }) => standing)).toEqual([null, "tied", "front"]);
    expect(looks.map(({ caution }) => caution)).toEqual([false, false, true]);
  });

  test("have colours and sizes of the map's scales", () => {
    const [middle, small, large] = pointLooks(points, style);
    expect(large!.radius).toBe(LARGEST_PX);
    expect(middle!.radius).toBeCloseTo(LARGEST_PX / 2);
    expect(small!.radius).toBeLessThan(LARGEST_PX / 2);
    expect(large!.strength).toBe(1);
    expect(middle!.strength).toBe(0);
  });

  test("without the metric are not coloured, and of one size without another", () => {
    const unlogged = { ...style, colour: colourScale(models, accuracy), size: null };
    const bare = [{ ...points[0]!, model: model("bare") }];
    expect(pointLooks(bare, unlogged)[0]).toMatchObject({ strength: null, radius: 3.5 });
    expect(pointLooks(points, { ...unlogged, colour: null })[0]!.strength).toBeNull();
  });

  test("shrink where they are many", () => {
    expect(largestRadius(40)).toBe(LARGEST_PX);
    expect(largestRadius(1000)).toBeLessThan(LARGEST_PX);
    expect(largestRadius(5000)).toBeGreaterThanOrEqual(Math.min(4, largestRadius(1000)) - 1e-9);
  });

  test("of one colour are drawn as one crowd, those that stand back first", () => {
    const looks = pointLooks([...points, ...points, ...points], { ...style, front: new Set() });
    const crowds = crowdsOf(looks, plane().places);
    expect(crowds.map(({ faded }) => faded)).toEqual([true, false, false]);
    for (const { d } of crowds) expect(d.match(/M/g)).toHaveLength(3);
    expect(crowdsOf(looks, new Map())).toEqual([]);
  });
});
