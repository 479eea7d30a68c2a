import { describe, expect, test } from "vitest";

import { headTip, planHeaders } from "../../src/model/map/headers";
import { placeLabels, type LabelWish } from "../../src/model/map/label_places";
import { headNotes, labelTexts, withChanges } from "../../src/model/map/labels";
import { layoutMap } from "../../src/model/map/layout";
import { changeScale, colourScale } from "../../src/model/map/scales";
import type { Model } from "../../src/model/wire.gen";
import { child, metric, model, spec } from "../builders";
import { paths, t5 } from "./builders";
import { ONE_PAIR } from "../../src/model/metrics/known";

describe("texts", () => {
  const layout = layoutMap(t5(), "operation");
  const texts = labelTexts(layout);

  test("are the id for roots and what tells siblings apart for others", () => {
    expect(texts.get("base")).toEqual(["base"]);
    expect(texts.get("p10")?.[0]).toBe("10\u202f%");
    expect(texts.get("p10-query")?.[0]).toBe("query");
    expect(texts.get("ff30")?.[0]).toBe("30\u202f% feedforward");
  });

  test("have a shorter form with what differs among siblings", () => {
    const models = [
      model("a"),
      child("b", "a", "tune", { epochs: 3, lr: 0.1 }),
      child("c", "a", "tune", { epochs: 5, lr: 0.1 }),
      child("d", "b", "prune"),
      child("e", "d", "tune", { epochs: 5, lr: 0.2 }),
    ];
    const column = labelTexts(layoutMap(models.slice(0, 3), "operation"));
    expect(column.get("b")).toEqual(["3 epochs"]);
    const byStep = labelTexts(layoutMap(models, "step"));
    expect(byStep.get("b")).toEqual(["3 epochs"]);
    expect(byStep.get("e")?.[0]).toContain("5 epochs");
  });

  test("name numbers that could be taken for one another", () => {
    const models = [
      model("a"),
      child("b", "a", "tune", { epochs: 3, lr: 0.1 }),
      child("c", "a", "tune", { epochs: 5, lr: 0.2 }),
    ];
    const pair = labelTexts(layoutMap(models, "operation"));
    expect(pair.get("b")).toEqual(["3 epochs, lr 0.1"]);
  });

  test("name a lone number too, unless it is a percentage", () => {
    const models = [
      model("a"),
      child("b", "a", "tune", { lr: 100 }),
      child("c", "a", "tune", { lr: 0.1 }),
    ];
    const tuned = labelTexts(layoutMap(models, "operation"));
    expect(tuned.get("b")).toEqual(["lr 100"]);
    expect(texts.get("p10")).toEqual(["10\u202f%"]);
  });

  const sweep = [3, 3, 3, 5].map((epochs, seed) =>
    child(`s${seed}`, "a", "tune", { epochs, seed, warmup: seed === 3 }),
  );

  test("leave out what most models of the operation have in common", () => {
    const usual = [...sweep, child("s4", "a", "tune", { epochs: 3, seed: 4, warmup: false })];
    const labels = labelTexts(layoutMap([model("a"), ...usual], "operation"));
    expect(labels.get("s0")).toEqual(["seed 0"]);
    expect(labels.get("s3")?.[0]).toBe("5 epochs, seed 3, warmup");
  });

  test("keep what few models have in common", () => {
    const labels = labelTexts(layoutMap([model("a"), ...sweep], "operation"));
    expect(labels.get("s0")?.[0]).toBe("3 epochs, seed 0, no warmup");
  });

  test("leave it out in further columns of the operation as well", () => {
    const tune = (id: string, parent: string, epochs = 3) =>
      child(id, parent, "tune", { epochs, lr: 0.1 });
    const labels = labelTexts(
      layoutMap(
        [
          model("a"),
          ...["b", "c", "d", "e"].map((id) => tune(id, "a")),
          child("p", "b", "prune"),
          tune("again", "p"),
          child("q", "again", "prune"),
          tune("longer", "q", 9),
        ],
        "operation",
      ),
    );
    expect(labels.get("again")).toEqual([]);
    expect(labels.get("longer")).toEqual(["9 epochs"]);
  });

  test("are empty where a whole column shares its parameters, which its header gives", () => {
    expect(texts.get("p10-tuned")).toEqual([]);
    expect(headNotes(layout)).toEqual([
      "",
      "sparsity",
      "layers",
      "layernorms",
      "sparsity · layers",
    ]);
  });

  test("of roots name the run where several have the id", () => {
    const twins = [model("a", { key: "1", run: "one" }), model("a", { key: "2", run: "two" })];
    const labels = labelTexts(layoutMap(twins, "operation"));
    expect(labels.get("2")).toEqual(["a (run two)", "a"]);
  });

  test("name the operation by step where a column holds several", () => {
    const steps = labelTexts(layoutMap(t5(), "step"));
    expect(steps.get("p10-query")?.[0]).toBe("Restore query");
    expect(steps.get("p10-tuned")?.[0]).toBe("Retrain");
    expect(steps.get("p10")?.[0]).toBe("10\u202f%");
  });

  test("are cut where they are very long", () => {
    const long = labelTexts(layoutMap(paths("x".repeat(1000)), "step"));
    expect([...long.values()][0]?.[0]).toHaveLength(36);
  });
});

describe("texts where colours are changes", () => {
  const accuracy = spec("accuracy", { goal: "max", format: ".1%" });
  const at = (one: Model, value: number): Model => ({
    ...one,
    metrics: { accuracy: metric(value) },
  });
  const models = [
    at(model("dense"), 0.99),
    at(child("p50", "dense", "prune", { amount: 0.5 }), 0.985),
    at(child("p90", "dense", "prune", { amount: 0.9 }), 0.27),
    at(child("tuned", "p90", "fine-tune"), 0.97),
  ];
  const layout = layoutMap(models, "operation");
  const texts = labelTexts(layout);
  const parentOf = ({ parents: [key] }: Model) => models.find((one) => one.key === key);

  test("tell the change first, and only where there is one", () => {
    const told = withChanges(texts, layout, changeScale(models, accuracy, parentOf, ONE_PAIR));
    expect(told.get("dense")).toEqual(["dense"]);
    expect(told.get("p50")).toEqual(["50\u202f%"]);
    expect(told.get("p90")?.[0]).toMatch(/^90.% −72(\.0)?.pt$/);
    expect(told.get("p90")?.[1]).toBe("90\u202f%");
    expect(told.get("tuned")?.[0]).toMatch(/^\+70(\.0)?.pt$/);
  });

  test("stay what they are where colours are values", () => {
    expect(withChanges(texts, layout, colourScale(models, accuracy))).toBe(texts);
  });
});

describe("places", () => {
  const wish = (key: string, y: number, given: Partial<LabelWish> = {}): LabelWish => ({
    key,
    texts: [`long text of ${key}`, key],
    x: 0,
    y,
    radius: 8,
    leaf: true,
    root: false,
    star: false,
    ...given,
  });

  test("are right of leaves and above others", () => {
    const labels = placeLabels([wish("a", 0), wish("b", 60, { leaf: false })], [], 60, 1);
    expect(labels[0]).toMatchObject({ text: "long text of a", anchor: "start", y: 0 });
    expect(labels[0]!.x).toBeGreaterThan(8);
    expect(labels[1]).toMatchObject({ anchor: "middle", x: 0 });
    expect(labels[1]!.y).toBeLessThan(52);
  });

  test("take the shorter text where the longer would cover a node", () => {
    const labels = placeLabels([wish("a", 0), wish("b", 0, { x: 60 })], [], 30, 1);
    expect(labels.map((label) => label.text)).toEqual(["a", "long text of b"]);
  });

  test("keep clear of ribbons that pass, and clear their own where there is no other room", () => {
    const inner = wish("b", 0, { leaf: false, texts: ["b"] });
    const passing = (y: number) => ({ left: -50, right: 50, y });
    const [above] = placeLabels([inner], [], 20, 1);
    expect(above).toMatchObject({ anchor: "middle", cleared: 0 });
    const [below] = placeLabels([inner], [passing(-14)], 20, 1);
    expect(below!.y).toBeGreaterThan(8);
    const [on] = placeLabels([inner], [passing(-14), passing(14)], 20, 1);
    expect(on).toMatchObject({ anchor: "start", y: 0 });
    expect(on!.cleared).toBeGreaterThan(5);
  });

  test("tell all siblings apart in rows as close as letters allow", () => {
    const sweep = [0, 10.6, 21.2, 31.8].map((y, at) =>
      wish(`${at}`, y, { texts: [`${at}0 %`], radius: 5, leaf: at !== 2 }),
    );
    const labels = placeLabels(sweep, [], 10.6, 1);
    expect(labels.map(({ key, y }) => [key, y])).toEqual(sweep.map(({ key, y }) => [key, y]));
    const closer = sweep.map((one) => ({ ...one, y: one.y * 0.7 }));
    expect(placeLabels(closer, [], 7.4, 1).map(({ key }) => key)).toEqual(["0", "2"]);
  });

  test("are never nearer to another node", () => {
    const inner = wish("b", 0, { leaf: false, texts: ["b"], radius: 5 });
    const near = wish("a", -22, { texts: [], radius: 5 });
    const [above] = placeLabels([inner], [], 30, 1);
    expect(above!.y).toBeLessThan(-10);
    const label = placeLabels([near, inner], [], 30, 1)[0]!;
    expect(label.y).toBeGreaterThan(-15);
  });

  test("cover no star, and roots' ones begin at their nodes", () => {
    const parent = wish("p", 0, { leaf: false, texts: ["30 epochs"] });
    const starred = wish("s", 26, { x: 10, star: true });
    const [above] = placeLabels([parent], [], 30, 1);
    const [beside] = placeLabels([{ ...parent, star: true }], [], 30, 1);
    expect(above!.y).toBeLessThan(0);
    expect(beside!.y).not.toBe(above!.y);
    const below = placeLabels([{ ...parent, texts: ["p"] }, starred], [], 30, 1);
    expect(below.find(({ key }) => key === "p")!.y).toBeLessThan(0);
    const root = wish("r", 0, { leaf: false, root: true, texts: ["a very long name of a root"] });
    const [first] = placeLabels([{ ...root, star: true }], [], 30, 1);
    expect(first).toMatchObject({ anchor: "start" });
    const above2 = { left: -50, right: 300, y: -18 };
    const [under] = placeLabels([root], [above2], 30, 1);
    expect(under).toMatchObject({ anchor: "start", x: -8 });
  });

  test("never overlap at any zoom", () => {
    const wishes = Array.from({ length: 200 }, (_, i) =>
      wish(`${i}`, (i % 20) * 22, { x: Math.floor(i / 20) * 90, leaf: i % 3 > 0 }),
    );
    for (const zoom of [0.3, 0.6, 1, 2]) {
      const boxes = placeLabels(wishes, [], 22, zoom).map(({ x, y, text, anchor }) => {
        const width = text.length * 6.1;
        const left = x * zoom - (anchor === "middle" ? width / 2 : 0);
        return { left, right: left + width, top: y * zoom - 5, bottom: y * zoom + 5 };
      });
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) {
          const apart =
            a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
          expect(apart).toBe(true);
        }
      }
    }
  });

  test("are for roots only where rows are closer than half a line", () => {
    const labels = placeLabels([wish("a", 0), wish("b", 500, { root: true })], [], 20, 0.2);
    expect(labels.map((label) => label.key)).toEqual(["b"]);
  });
});

describe("headers", () => {
  const names = ["start", "magnitude prune", "magnitude prune (2)"];

  test("stand upright where their words fit, below each other in turns, turn where they do not", () => {
    expect(planHeaders(160, names)).toMatchObject({ rotated: false, every: 1 });
    expect(planHeaders(90, names)).toMatchObject({ rotated: false, lines: 2 });
    expect(planHeaders(74, ["selective pruning (2)"])).toMatchObject({ rotated: false, lines: 3 });
    expect(planHeaders(60, names)).toMatchObject({ rotated: false, lines: 2, lower: 30 });
    expect(planHeaders(30, names)).toMatchObject({ rotated: true, lower: 0, every: 1 });
  });

  test("are left out in part where there is no room even so", () => {
    const plan = planHeaders(94, ["magnitude prune", "train"]);
    expect(plan.hasRoom("train")).toBe(true);
    expect(plan.hasRoom("magnitude prune"), "its name takes both lines").toBe(false);
    expect(planHeaders(60, names).hasRoom("train")).toBe(false);
    expect(planHeaders(5, names).every).toBe(3);
    expect(planHeaders(0, names).every).toBeGreaterThan(100);
  });

  test("stay upright for a name that never fits", () => {
    expect(planHeaders(200, ["x".repeat(1000)]).rotated).toBe(false);
  });

  test("tell why an operation has further columns", () => {
    const models = paths("a", "a/tune", "a/tune/prune", "a/tune/prune/tune");
    const tips = layoutMap(models, "operation").heads.map((head) => headTip(head, "lr"));
    expect(tips[1]).toBe("tune: lr\nClick to select 1 model");
    expect(tips[3]).toContain("where tune is applied again, it has another column");
    const steps = layoutMap(models, "step").heads.map((head) => headTip(head, ""));
    expect(steps[3]).toBe("step 3\nClick to select 1 model");
  });
});
