import { expect, test } from "vitest";

import { withoutControls, xmlText } from "../../src/model/format/file_text";
import { figureMarkup, figureOf, figureTitle } from "../../src/model/map/figure";
import { headNotes, labelTexts } from "../../src/model/map/labels";
import { layoutMap, spacingFor } from "../../src/model/map/layout";
import { markLegend, rampLegend, sizeLegend } from "../../src/model/map/legend";
import { colourScale, sizeScale } from "../../src/model/map/scales";
import { buildScene, placesOf } from "../../src/model/map/scene";
import { boundsOf, insetsFor } from "../../src/model/map/tree_view";
import { child, metric, model, spec } from "../builders";

test("text is harmless in a document", () => {
  expect(xmlText(`<b a="1">&\u0000`)).toBe("&lt;b a=&quot;1&quot;&gt;&amp;");
  expect(withoutControls("a\u0007\ud800b\n")).toBe("a\ufffdb\n");
});

test("a saved map holds headers, legend and drawing, and no one's markup", () => {
  const hostile = `<script>"&`;
  const accuracy = spec(hostile, { goal: "max" });
  const models = [
    model("a", { metrics: { [hostile]: metric(1) } }),
    { ...child("b", "a", hostile), metrics: { [hostile]: metric(2) } },
    { ...child("c", "a", hostile), status: "failed" as const },
  ];
  const layout = layoutMap(models, "operation");
  const spacing = spacingFor(layout, 600, 300);
  const colour = colourScale(models, accuracy)!;
  const looks = { colour, size: null, largest: 10 };
  const scene = buildScene(layout, placesOf(layout, spacing), looks);
  const figure = figureOf({
    title: figureTitle(models.length, { title: hostile }),
    heads: layout.heads.map((head, index) => ({
      head,
      note: headNotes(layout)[index]!,
      x: head.at * spacing.column,
    })),
    guides: [0],
    box: boundsOf(layout, spacing),
    insets: (width) => insetsFor(layout, labelTexts(layout), width),
    zoom: 1,
    ramp: rampLegend(colour, "light"),
    circles: sizeLegend(sizeScale(models, accuracy, 10)!),
    kinds: markLegend(scene, new Set(), true),
    hatch: "hatch",
  });
  const text = figureMarkup(figure, { defs: "<defs/>", world: "<circle/>", font: "Roboto" });
  expect(text).not.toContain("<script>");
  expect(text).toContain("&lt;script&gt;");
  expect(text).toContain("Model Map of 3 models: &lt;script");
  expect(text).toContain("<defs/>");
  expect(text).toContain("failed");
  expect(text.match(/<(g|svg)[ >]/g)).toHaveLength(text.match(/<\/(g|svg)>/g)!.length);
  expect(figure.width).toBeGreaterThan(600);
});
