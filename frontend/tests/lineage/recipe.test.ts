import { describe, expect, test } from "vitest";

import {
  parameterPhrase,
  parametersText,
  parameterValue,
} from "../../src/model/format/operation_words";
import { fittingIds, shortIds } from "../../src/model/labels/short_ids";
import { buildLineage, oldestLogged, rootsOf } from "../../src/model/lineage/lineage";
import { recipeOf, recipeText } from "../../src/model/lineage/recipe";
import { child, model } from "../builders";

const plain = (text: string): string => text.replace(/\u202f/g, " ");

describe("parameters", () => {
  test.each([
    ["amount", 0.5, "50 %"],
    ["sparsity", 0.6000000000000001, "60 %"],
    ["lr", 0.01, "0.01"],
    ["amount", "int8", "int8"],
    ["amount", 30, "30"],
    ["layers", ["conv1", "conv2"], "conv1, conv2"],
    ["hard", false, "no"],
    ["note", null, "–"],
    ["shift", -2, "−2"],
  ])("%s = %j is shown as %s", (name, value, text) => {
    expect(plain(parameterValue(name, value))).toBe(text);
  });

  test.each([
    ["epochs", 3, "3 epochs"],
    ["epochs", 1, "1 epoch"],
    ["batch", 2, "2 batches"],
    ["rank", 16, "rank 16"],
    ["amount", 0.25, "25 %"],
    ["bias", true, "bias"],
    ["bias", false, "no bias"],
    ["scheme", "per-channel", "scheme per-channel"],
  ])("%s = %j reads %s", (name, value, text) => {
    expect(plain(parameterPhrase(name, value))).toBe(text);
  });

  test("are joined; a lone word needs no name; nothing says nothing", () => {
    const text = (parameters: Parameters<typeof parametersText>[0]["parameters"]): string =>
      plain(parametersText({ name: "o", parameters }));
    expect(text({ amount: 0.5, scope: "global" })).toBe("50 %, scope global");
    expect(text({ scheme: "per-channel", seed: null })).toBe("per-channel");
    expect(text({})).toBe("");
  });
});

describe("a recipe", () => {
  const models = [
    model("dense"),
    child("p", "dense", "magnitude prune", { amount: 0.5 }),
    child("pf", "p", "fine-tune", { epochs: 3 }),
    model("init"),
    model("student", {
      parents: ["init", "pf"],
      operation: { name: "distill", parameters: { temperature: 4 } },
    }),
    model("copy", { parents: ["dense"], assumed: ["dense"] }),
  ];
  const lineage = buildLineage(models);
  const text = (key: string): string => plain(recipeText(recipeOf(lineage, key)));

  test("tells the way from the root", () => {
    expect(text("pf")).toBe("dense → magnitude prune 50 % → fine-tune 3 epochs");
    expect(text("dense")).toBe("dense");
  });

  test("names further parents", () => {
    expect(text("student")).toBe("init → distill temperature 4 with pf");
  });

  test("names a model whose operation is unknown", () => {
    expect(text("copy")).toBe("dense → copy");
    expect(recipeOf(lineage, "copy")[1]?.assumed).toBe(true);
  });

  test("of an unknown model is empty", () => {
    expect(recipeOf(lineage, "gone")).toEqual([]);
  });

  test("of a cycle ends", () => {
    const cycle = buildLineage([child("a", "b", "x"), child("b", "a", "y")]);
    expect(recipeOf(cycle, "a").length).toBeLessThanOrEqual(2);
  });
});

describe("the base by default", () => {
  const lineage = buildLineage([
    model("init", { created: 2 }),
    model("dense", { created: 1 }),
    model("other", { created: 0 }),
    model("lost", { status: "missing", created: null }),
    model("student", { parents: ["init", "pruned"] }),
    child("pruned", "dense", "prune"),
    child("orphan", "lost", "prune"),
  ]);
  const base = (key: string): string | undefined => oldestLogged(rootsOf(lineage, key))?.id;

  test("is the oldest root by any parent", () => {
    expect(base("student")).toBe("dense");
    expect(base("other")).toBe("other");
  });

  test("is none where no root was logged", () => {
    expect(base("orphan")).toBeUndefined();
    expect(base("gone")).toBeUndefined();
  });

  test("is found in spite of cycles", () => {
    const cycle = buildLineage([child("a", "b", "x"), child("b", "a", "y")]);
    expect(() => rootsOf(cycle, "a")).not.toThrow();
  });
});

describe("short ids", () => {
  test("leave out what all share, in whole words", () => {
    expect(shortIds(["resnet50-prune75_int8", "resnet50-prune90_int8"])).toEqual([
      "…prune75_int8",
      "…prune90_int8",
    ]);
    expect(shortIds(["resnet50-p75-recalibrated", "resnet50-p90-recalibrated"])).toEqual([
      "…p75…",
      "…p90…",
    ]);
  });

  test("stay whole where little is shared or one contains the other", () => {
    expect(shortIds(["short-prune-a", "short-prune-b"])).toEqual([
      "short-prune-a",
      "short-prune-b",
    ]);
    const decimals = ["pruning0.1restoredecoder", "pruning0.5restoredecoder"];
    expect(shortIds(decimals)).toEqual(decimals);
    expect(shortIds(["resnet50-", "resnet50-pruned-quantized"])).toEqual([
      "resnet50-",
      "resnet50-pruned-quantized",
    ]);
    expect(shortIds(["same", "same"])).toEqual(["same", "same"]);
    expect(shortIds([])).toEqual([]);
  });

  test("in little room keep their last words, or both ends where those are alike", () => {
    expect(fittingIds(["dense", "one-shot-90", "one-shot-90-ft", "iterative-90-int8"], 10)).toEqual(
      ["dense", "…shot-90", "…90-ft", "…90-int8"],
    );
    expect(fittingIds(["one-shot-90-int8", "iterative-90-int8"], 10)).toEqual([
      "one-s…int8",
      "itera…int8",
    ]);
    // "50" is also the end of one that is shown whole.
    expect(fittingIds(["prune-50", "iterative-50"], 8)).toEqual(["prune-50", "iter…-50"]);
    expect(fittingIds(["withoutanyseparator"], 8)).toEqual(["…parator"]);
  });
});
