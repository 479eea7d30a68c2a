import type { Color } from "culori";
import { describe, expect, test } from "vitest";

import { heatGround } from "../../src/model/colour/heat";
import { classColours, inkOn, rampColour, type Theme } from "../../src/model/colour/palette";
import { colourIn, contrast, distance, EYES, mixed, over, type Eye } from "./seen";

/** CIEDE2000 by which categories of one chart differ, and neighbours of a scale that has an order. */
const APART = 12;
const NEIGHBOURS = 8;
/** WCAG 2.2: 1.4.3 for text, 1.4.11 for what a drawing needs. */
const TEXT = 4.5;
const MARK = 3;

const THEMES: readonly Theme[] = ["light", "dark"];
const SELECTED = Array.from({ length: 8 }, (_, at) => `--select-${at + 1}`);
const CHANGE_CLASSES = [
  "under 20 %",
  "20–40 %",
  "40–60 %",
  "60–80 %",
  "80–100 %",
  "100 % and more",
  "zero before",
  "zero after",
  "zero in both",
];
const GRADES = 6;

/** The categories of each chart, as they are drawn. */
const CHARTS: Record<string, (theme: Theme) => Color[]> = {
  "selected models and the base": (theme) => tokens(theme, [...SELECTED, "--ink-faint"]),
  "who became what": (theme) => {
    const ground = colourIn(theme, "--background");
    const [broke, mended, neither] = tokens(theme, ["--worse", "--better", "--ink-faint"]);
    return [over(broke!, ground, 0.55), over(mended!, ground, 0.55), over(neither!, ground, 0.35)];
  },
  "steps of a recipe": (theme) => tokens(theme, ["--better", "--worse", "--point", "--ink"]),
  "losses and gains of slices": (theme) => [
    ...[-1, 1].map((strength) => mixed(theme, heatGround(strength))),
    colourIn(theme, "--background"),
  ],
  "changes on the map": (theme) =>
    [0, 0.5, 1].map((at) => colourIn(theme, rampColour(at, theme, "change"))),
  "up to three levels of a variable": (theme) =>
    [0.25, 0.625, 1].map((at) => colourIn(theme, rampColour(at, theme))),
};

function tokens(theme: Theme, names: readonly string[]): Color[] {
  return names.map((name) => colourIn(theme, name));
}

/** The pairs that are nearer than `least`, in words. */
function confused(
  colours: readonly Color[],
  eye: Eye,
  least: (a: number, b: number) => number,
): string[] {
  return colours.flatMap((one, a) =>
    colours.slice(a + 1).flatMap((other, at) => {
      const b = a + 1 + at;
      const seen = distance(one, other, eye);
      return seen < least(a, b) ? `${a + 1} and ${b + 1}: ${seen.toFixed(1)}` : [];
    }),
  );
}

describe.each(THEMES)("in the %s theme", (theme) => {
  describe.each(Object.keys(EYES) as Eye[])("eyes: %s", (eye) => {
    test.each(Object.keys(CHARTS))("tell the categories apart: %s", (chart) => {
      expect(confused(CHARTS[chart]!(theme), eye, () => APART)).toEqual([]);
    });

    test("tell grades of change from zeros, and neighbours from each other", () => {
      const colours = classColours(CHANGE_CLASSES, theme).map((text) => colourIn(theme, text));
      const isOrdered = (a: number, b: number) => a < GRADES && b < GRADES;
      expect(confused(colours, eye, (a, b) => (isOrdered(a, b) ? NEIGHBOURS : APART))).toEqual([]);
    });
  });

  test.each(["--background", "--surface", "--surface-raised", "--hover"])(
    "text reads on %s",
    (ground) => {
      const names = ["--ink", "--ink-muted", "--ink-faint", "--accent", "--better", "--worse"];
      const weak = [...names, "--warning"].filter(
        (name) => contrast(colourIn(theme, name), colourIn(theme, ground)) < TEXT,
      );
      expect(weak).toEqual([]);
    },
  );

  test("marks stand out from the ground, and outlines where a ramp is faint", () => {
    const marks = [...SELECTED, "--better", "--worse", "--node-outline", "--focus", "--live"];
    const ground = colourIn(theme, "--background");
    expect(marks.filter((name) => contrast(colourIn(theme, name), ground) < MARK)).toEqual([]);
  });

  test("numbers read on every colour of the ramps", () => {
    for (const kind of ["value", "change"] as const) {
      for (let at = 0; at <= 1; at += 1 / 64) {
        const [ink, ground] = [inkOn(at, theme, kind), rampColour(at, theme, kind)];
        expect(contrast(colourIn(theme, ink), colourIn(theme, ground))).toBeGreaterThanOrEqual(
          TEXT,
        );
      }
    }
  });

  test("numbers read on the strongest ground of a slice", () => {
    for (const strength of [-1, 1]) {
      const ground = mixed(theme, heatGround(strength));
      expect(contrast(colourIn(theme, "--ink"), ground)).toBeGreaterThanOrEqual(TEXT);
    }
  });
});

test("the measure of distance is CIEDE2000", () => {
  // Sharma, Wu and Dalal (2005), pairs 1 and 25.
  const lab = (l: number, a: number, b: number): Color => ({ mode: "lab65", l, a, b });
  expect(distance(lab(50, 2.6772, -79.7751), lab(50, 0, -82.7485), "all")).toBeCloseTo(2.0425, 4);
  expect(
    distance(lab(60.2574, -34.0099, 36.2677), lab(60.4626, -34.1751, 39.4387), "all"),
  ).toBeCloseTo(1.2644, 4);
});
