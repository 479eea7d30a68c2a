import { describe, expect, test } from "vitest";

import { behaviorGlance } from "../src/model/behaviors/glance_behavior";
import { activationsGlance, weightsGlance } from "../src/model/layers/glance_layers";
import type {
  BehaviorSummary,
  HarmedSlice,
  HarmedSlices,
  LayerTree,
  ModelBehavior,
} from "../src/model/wire.gen";
import { cellsOf, rowsOf, SPARSITY, SQNR, treeOf } from "./layers/builders";
import { behaviorOf, CORRECT, harmedPair, harmedSlice, modelHarm } from "./behaviors/builders";

function pruned(value: number, p: number | null): ModelBehavior {
  const change = { n: 3188, value, low: null, high: null, relative: null, p, test: null };
  const after = 0.9589 + value;
  return behaviorOf("pruned", { change, value: { n: 3188, value: after, low: null, high: null } });
}

function summaryOf(model: ModelBehavior): BehaviorSummary {
  const dataset = {
    key: "d1",
    name: "scans",
    fingerprint: "",
    instances: 3188,
    logged: true,
    runs: [],
    models: ["base", "pruned"],
  };
  return {
    datasets: [dataset],
    dataset: "d1",
    kind: "classes",
    measures: [CORRECT],
    measure: "correct",
    form: "value",
    dimensions: [],
    has_texts: false,
    has_images: false,
    groups: null,
    base: "base",
    n: 3188,
    n_filtered: 3188,
    models: [behaviorOf("base"), model],
    edges: [],
    noise: null,
    notes: [],
  };
}

const faint = harmedSlice("pruned", {
  n: 797,
  flips: 84,
  mended: 5,
  lift: 2.02,
  change: -79 / 797,
  rest: { n: 2391, flips: 53, mended: 5, change: -48 / 2391 },
  kept: 0.896,
  rest_kept: 0.979,
  q: 0.0001,
});

function harmedIn(...slices: HarmedSlice[]): HarmedSlices {
  const harmed = slices.filter((slice) => slice.harmed).length;
  const models = [modelHarm("pruned", { harmed })];
  return {
    dataset: "d1",
    measure: "correct",
    slices,
    tests: 30,
    pairs: [],
    pair_tests: 0,
    models,
    reason: null,
  };
}

describe("the answers of a model at a glance", () => {
  test("tell both means, the tested change, and the slice that was harmed most", () => {
    const glance = behaviorGlance(summaryOf(pruned(-0.043, 1e-24)), harmedIn(faint), "pruned");
    expect(glance).toMatchObject({
      dataset: "scans",
      datasetKey: "d1",
      over: "3,188 instances",
      means: "95.9\u202f% → 91.6\u202f% correct",
      sure: true,
      slice: faint,
      harmTip: "Harmed more than the rest: 1 of 30 slices",
      broke: "",
    });
    expect(glance?.harm.replace(/\u202f/g, " ")).toBe(
      "Harmed: scan: faint, 84 of 797 right → wrong, 5 wrong → right; lost 9.9 pt, the rest 2.0 pt; kept 90 % of its right answers, the rest 97.9 %; q < .001",
    );
    expect(glance?.change).toMatch(/^−4\.30?\u202fpt, p < \.001$/);
  });

  test("name a harmed pair of slices where no slice is harmed", () => {
    const pair = harmedPair("pruned", { flips: 25, lift: 6.08 });
    const found = { ...harmedIn(), pairs: [{ ...pair, model: "other" }, pair] };
    found.models = [modelHarm("pruned", { pairs_harmed: 1 })];
    const glance = behaviorGlance(summaryOf(pruned(-0.043, 1e-24)), found, "pruned");
    expect(glance?.harm).toMatch(/^Harmed: label 7 · scan faint, 25 of 79 right → wrong/);
  });

  test("say what could have been seen, and set what broke most beside what broke elsewhere", () => {
    const model = pruned(-0.035, 1e-24);
    const found = harmedIn({ ...faint, q: 0.3, harmed: false });
    const glance = behaviorGlance(summaryOf(model), found, "pruned");
    expect(glance?.harm).toMatch(
      /^No slice stands out; in a slice of 100, up to 12\u202fpt more broken/,
    );
    expect(glance?.broke).toMatch(
      /^Broke most: scan: faint, .* \(all others: 2\.2\u202f% broke\)$/,
    );
  });

  test("give the reason why there is no verdict, and what to do about it in the tip", () => {
    const reason = "Trained again: how much seeds do is not known; log two runs of the base.";
    const found = harmedIn({ ...faint, harmed: false, q: null });
    found.models = [modelHarm("pruned", { tested: 0, could_see: [], reason })];
    expect(behaviorGlance(summaryOf(pruned(-0.02, 1e-9)), found, "pruned")).toMatchObject({
      harm: "Trained again: how much seeds do is not known",
      harmTip: reason.slice(0, -1),
    });
  });

  test("say whether the change was tested, and nothing of slices that are not listed", () => {
    const changes: [number, number | null, boolean | null][] = [
      [-0.001, 0.4, false],
      [-0.02, null, null],
      [-0.259, 1e-40, true],
    ];
    for (const [value, p, sure] of changes) {
      const glance = behaviorGlance(summaryOf(pruned(value, p)), harmedIn(), "pruned");
      expect(glance).toMatchObject({ sure, slice: null, broke: "" });
      expect(glance?.change.includes("cannot tell")).toBe(sure === false);
    }
    const unsliced = behaviorGlance(summaryOf(pruned(-0.259, 1e-40)), null, "pruned");
    expect(unsliced).toMatchObject({ harm: "", broke: "" });
  });

  test("are absent where one of the two has none on the data set", () => {
    const none = behaviorOf("pruned", { logged: false, value: null });
    expect(behaviorGlance(summaryOf(none), null, "pruned")).toBeNull();
    expect(behaviorGlance(summaryOf(pruned(0, 1)), null, "other")).toBeNull();
  });
});

const PARTS = ["conv1.output", "norm1.output", "conv2.output", "head.output"];

function sqnrs(values: Record<string, number>, names = PARTS, measure = SQNR): LayerTree {
  const rows = rowsOf(...names);
  return treeOf(rows, measure, [cellsOf("base", rows), cellsOf("pruned", rows, values)]);
}

describe("the insides of a model at a glance", () => {
  const names = ["conv1.weight", "conv2.weight", "conv3.weight"];

  test("name the tensor that changed most, and how many changed as much", () => {
    const values = { "conv1.weight": 14, "conv2.weight": 3.9, "conv3.weight": 3.2 };
    expect(weightsGlance(sqnrs(values, names), "pruned")).toEqual({
      row: "conv3.weight",
      text: "Changed most: conv3.weight, SQNR 3.20\u202fdB (1 more within 1\u202fdB)",
      note: "SQNR: the lowest of 3 tensors\nnext: conv2.weight",
      caveat: null,
    });
    const alone = weightsGlance(sqnrs({ ...values, "conv2.weight": 4.3 }, names), "pruned");
    expect(alone?.text).toBe("Changed most: conv3.weight, SQNR 3.20\u202fdB");
  });

  test("name the kind of tensor where all of it leads", () => {
    const norms = ["norm1.weight", "norm2.weight", "norm3.weight", "head.weight"];
    const rows = rowsOf(...norms);
    rows.kinds = rows.names.map((name) => (name.startsWith("norm") ? "LayerNorm" : "Linear"));
    const values = Object.fromEntries(
      [10.5, 10.3, 12.1, 30.2].map((value, at) => [norms[at], value]),
    );
    const tree = treeOf(rows, SQNR, [cellsOf("base", rows), cellsOf("pruned", rows, values)]);
    expect(weightsGlance(tree, "pruned")).toEqual({
      row: "norm2.weight",
      text: "Changed most: LayerNorm weights, 3 of 3, SQNR 10.3 to 12.1\u202fdB",
      note: "next of another kind: 30.2\u202fdB",
      caveat: null,
    });
  });

  test("say so where nothing changed", () => {
    const tree = sqnrs({ "conv1.weight": 0 }, names);
    const same = { ...tree.models[1]!, value: tree.rows.names.map(() => null) };
    const glance = weightsGlance({ ...tree, models: [tree.models[0]!, same] }, "pruned");
    expect(glance).toMatchObject({ row: null, text: "No weight differs from the base’s" });
  });

  test("name the tensor after which the signal is lost", () => {
    const values = [18, 17.5, 7.9, 5].map((value, at) => [PARTS[at], value]);
    const glance = activationsGlance(sqnrs(Object.fromEntries(values)), "pruned");
    expect(glance).toMatchObject({
      row: "conv2.output",
      text: "Signal falls most at conv2: 17.5\u202fdB → 7.90\u202fdB",
    });
  });

  test("do not take a fall within the intervals for one", () => {
    const values = Object.fromEntries([18, 12, 11, 10].map((value, at) => [PARTS[at], value]));
    const tree = sqnrs(values);
    const low = tree.rows.names.map((name) => (name === "conv1.output" ? 11 : null));
    const unsure = { ...tree.models[1]!, low };
    const glance = activationsGlance({ ...tree, models: [tree.models[0]!, unsure] }, "pruned");
    expect(glance?.row).toBe("conv2.output");
  });

  test("tell a signal that is lost from the first, and one that never is", () => {
    const flat = Object.fromEntries([1.8, 2.4, 0.5, 1].map((value, at) => [PARTS[at], value]));
    const text = activationsGlance(sqnrs(flat), "pruned")?.text;
    expect(text).toBe("Signal low from the start: conv1, 1.80\u202fdB");
    const whole = Object.fromEntries(PARTS.map((name) => [name, 90]));
    expect(activationsGlance(sqnrs(whole), "pruned")?.text).toBe(
      "The signal is the same as the base’s",
    );
  });

  test("keep what the comparison notes of the model", () => {
    const folded = { message: "conv1 holds the norms.", remedy: "Compare activations." };
    const notes = [
      { ...folded, model: "pruned" },
      { ...folded, model: "other" },
    ];
    const tree = { ...sqnrs({ "conv1.weight": 3 }, names), notes };
    const caveat = "conv1 holds the norms. Compare activations.";
    expect(weightsGlance(tree, "pruned")?.caveat).toBe(caveat);
  });

  test("never call a model unchanged of which tensors were refused", () => {
    const words = "576 of 98,880 weights compared; 3 tensors were refused";
    const part = { compared: 576, of: 98_880, refused: 3, words };
    const tree = sqnrs({ "conv1.weight": Infinity }, names);
    tree.models[1]!.parts = { 0: part };
    const glance = weightsGlance(tree, "pruned");
    expect(glance?.text).toBe(`No compared weight differs from the base’s: ${words}`);
    expect(glance?.caveat).toBe(`${words}.`);
    const changed = sqnrs({ "conv1.weight": 3 }, names);
    changed.models[1]!.parts = { 0: part };
    expect(weightsGlance(changed, "pruned")?.text).toContain(`; ${words}`);
  });

  test("are silent without a measure against the base, or without the model", () => {
    expect(weightsGlance(sqnrs({ "conv1.output": 1 }, PARTS, SPARSITY), "pruned")).toBeNull();
    expect(activationsGlance(sqnrs({}), "pruned")).toBeNull();
    expect(weightsGlance(sqnrs({ "conv1.output": 1 }), "base")).toBeNull();
  });
});
