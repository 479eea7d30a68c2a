import { describe, expect, test } from "vitest";

import {
  checkCommand,
  editCommand,
  nameOf,
  pythonLines,
  reportCommand,
  type ViewShown,
} from "../../src/model/commands/commands";
import { pythonText, shellWord } from "../../src/model/commands/quoting";
import { underShownNames } from "../../src/model/labels/display_names";
import { requirementText } from "../../src/model/commands/requirement";
import { model, spec } from "../builders";

const DENSE = model("dense");
const PRUNED = model("prune-50", {
  logged: { predictions: ["test"], weights: true, activations: false },
});
const SHOWN: ViewShown = {
  logdir: "runs/my logs",
  base: DENSE,
  models: [PRUNED],
  all: [DENSE, PRUNED],
  place: "behaviors",
  layerView: "weights",
  dataset: null,
  limits: [],
  budgeted: false,
};

describe("commands", () => {
  test("say what is shown", () => {
    expect(reportCommand(SHOWN)).toBe(
      "tensorboard-cnc report 'runs/my logs' --base dense --models prune-50 -o report.html",
    );
    expect(checkCommand({ ...SHOWN, limits: ["accuracy >= base - 1 pt"] })).toBe(
      "tensorboard-cnc check 'runs/my logs' --model prune-50 --base dense " +
        "--require 'accuracy >= base - 1 pt' --no-harm",
    );
    expect(pythonLines(SHOWN).split("\n").slice(2)).toEqual([
      'runs = tensorboard_cnc.read("runs/my logs")',
      'c = runs.compare("dense", ["prune-50"])',
      "c.behaviors.summary, c.behaviors.harmed",
    ]);
  });

  test("follow the place and what is chosen in it", () => {
    const layers = pythonLines({ ...SHOWN, place: "layers", layerView: "sparsity" });
    expect(layers).toContain('c.layers.rows("sparsity")');
    expect(pythonLines({ ...SHOWN, dataset: "k3y" })).toContain(', data="k3y")');
    expect(checkCommand({ ...SHOWN, dataset: "k3y" })).toMatch(/--no-harm --data k3y$/);
    const [first, second] = [model("a"), model("b")];
    const two = { ...SHOWN, place: "overview", models: [first, second] } as const;
    expect(pythonLines(two)).toContain("c.differences");
  });

  test("ask for no harm where there are no predictions", () => {
    const bare = { ...SHOWN, models: [model("bare")] };
    expect(checkCommand({ ...bare, budgeted: true })).toMatch(/--model bare --base dense$/);
    expect(checkCommand({ ...bare, limits: ["loss <= 1"] })).not.toContain("--no-harm");
    expect(checkCommand(bare)).toBeNull();
  });

  test("do without a selection, a base or a directory", () => {
    const nothing = { ...SHOWN, logdir: null, models: [], base: null };
    expect(reportCommand(nothing)).toBe("tensorboard-cnc report DIR -o report.html");
    expect(checkCommand(nothing)).toBeNull();
    expect(pythonLines(nothing)).toContain('read("DIR")\nruns.models.to_table()');
  });

  test("keep a leading dash from being an option", () => {
    const dashed = model("-x");
    expect(reportCommand({ ...SHOWN, models: [dashed, PRUNED], all: [dashed, PRUNED] })).toContain(
      "--models prune-50 --models=-x -o",
    );
  });

  test("keep what a terminal would act on out of the directory", () => {
    expect(reportCommand({ ...SHOWN, logdir: "a\u001b[2J" })).toContain("report DIR ");
  });
});

describe("a model is named", () => {
  test("by its id where that is its own, else with its run, else by its key", () => {
    const [one, other] = [
      model("x", { key: "k1", run: "r1" }),
      model("x", { key: "k2", run: "r2" }),
    ];
    const twin = model("x", { key: "k3", run: "r2" });
    expect(nameOf(PRUNED, [DENSE, PRUNED])).toBe("prune-50");
    expect(nameOf(one, [one, other])).toBe("r1/x");
    expect(nameOf(other, [one, other, twin])).toBe("k2");
  });

  test("by its key where the id is another's key or does not print", () => {
    const thief = model("dense", { key: "k1", run: "r" });
    expect(nameOf(thief, [DENSE, thief])).not.toBe("dense");
    for (const id of ["a\nb", "\u202Eevil", "\u2028", "\u001b[2J", ""]) {
      const hidden = model(id, { key: "k9", run: id });
      expect(nameOf(hidden, [hidden])).toBe("k9");
    }
  });
});

test.each([
  ["plain-1.2", "plain-1.2"],
  ["", "''"],
  ["two words", "'two words'"],
  ["it's", "'it'\\''s'"],
  ["$(rm -rf ~)`x`;|&", "'$(rm -rf ~)`x`;|&'"],
  ["~", "'~'"],
])("a shell takes %j as %s", (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test.each([
  ["dense", '"dense"'],
  ['"\\', '"\\"\\\\"'],
  ["é 6", '"é 6"'],
  ["a\u2028b", '"a\\u2028b"'],
  ["\u001b", '"\\u001b"'],
])("Python takes %j as %s", (text, literal) => {
  expect(pythonText(text)).toBe(literal);
});

test.each([
  [{ bound: "at_most", relation: "absolute", value: 44_000 }, "size_bytes", "B", "<= 44 kB"],
  [{ bound: "at_least", relation: "base_percent", value: -1 }, "accuracy", "", ">= base - 1 %"],
  [
    { bound: "at_most", relation: "base_percent", value: -50 },
    "size_bytes",
    "B",
    "<= 50 % of base",
  ],
] as const)("a limit is typed as it is read: %j", (limit, metric, unit, text) => {
  const known = { limit: { metric, ...limit }, spec: spec(metric, { unit }), value: null };
  expect(requirementText(known)).toBe(`${metric} ${text}`);
});

describe("the line to edit a model", () => {
  const note = "--note 'what you think of it'";

  test.each([
    ["runs", model("dense"), `runs dense ${note}`],
    [
      "my runs",
      model("it's; rm -rf $HOME `x`"),
      `'my runs' 'it'\\''s; rm -rf $HOME \`x\`' ${note}`,
    ],
    [null, model("é"), `DIR 'é' ${note}`],
    ["/a\u001b[201~b", model("dense"), `DIR dense ${note}`],
    ["runs", model("a\nb", { key: "n0Q2Gd0yTfAb" }), `runs n0Q2Gd0yTfAb ${note}`],
    ["runs", model("a\u202eb", { key: "-0Q2Gd0yTfAb" }), `${note} -- runs -0Q2Gd0yTfAb`],
    ["-runs", model("dense"), `${note} -- -runs dense`],
  ])("in %j", (place, one, expected) => {
    expect(editCommand(place, one, [one])).toBe(`tensorboard-cnc edit ${expected}`);
  });

  test("names the run where several have a model of the id", () => {
    const models = [model("a", { id: "m", run: "x" }), model("b", { id: "m", run: "y z" })];
    expect(editCommand("runs", models[1]!, models)).toContain(" 'y z/m' ");
  });

  test("names the id of a model that is shown under another name", () => {
    const [half] = underShownNames([model("p50", { renamed: "half" })]);
    expect(editCommand("runs", half!, [half!])).toContain(" runs p50 ");
  });
});
