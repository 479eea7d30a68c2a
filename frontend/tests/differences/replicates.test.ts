import { describe, expect, it } from "vitest";

import { isSeed, replicatesOf } from "../../src/model/differences/replicates";
import { child, model } from "../builders";

const prune = (id: string, parent: string, parameters = {}) =>
  child(id, parent, "prune", { amount: 0.5, ...parameters });

describe("replicatesOf", () => {
  it("joins models that differ only in a seed", () => {
    const models = [
      model("dense"),
      prune("a", "dense", { seed: 0 }),
      prune("b", "dense", { seed: 1 }),
      prune("c", "dense", { seed: 0, amount: 0.9 }),
    ];
    expect([...replicatesOf(models)]).toEqual([
      ["a", ["a", "b"]],
      ["b", ["a", "b"]],
    ]);
  });

  it("follows the ancestry", () => {
    const trained = (id: string, seed: number) =>
      model(id, { operation: { name: "train", parameters: { epochs: 3, seed } } });
    const models = [
      trained("dense-seed0", 0),
      trained("dense-seed1", 1),
      prune("p0", "dense-seed0"),
      prune("p1", "dense-seed1"),
      trained("wide-seed0", 0),
      trained("small", 0),
      trained("small_seed1", 1),
      prune("w0", "wide-seed0"),
    ];
    const groups = replicatesOf(models);
    expect(groups.get("dense-seed0")).toEqual(["dense-seed0", "dense-seed1"]);
    expect(groups.get("p1")).toEqual(["p0", "p1"]);
    expect(groups.get("small")).toEqual(["small", "small_seed1"]);
    expect(groups.has("wide-seed0")).toBe(false);
    expect(groups.has("w0")).toBe(false);
  });

  it("knows roots and steps without an operation by their ids", () => {
    const rerun = { id: "dense", run: "again" };
    const models = [
      model("dense"),
      model("rerun", rerun),
      model("other"),
      model("x", { parents: ["dense"] }),
      model("y", { parents: ["dense"] }),
    ];
    expect([...replicatesOf(models).keys()]).toEqual(["dense", "rerun"]);
  });

  it("minds the order of parents, not that of parameters", () => {
    const distilled = (id: string, parents: string[], parameters: Record<string, number>) =>
      model(id, { parents, operation: { name: "distill", parameters } });
    const models = [
      distilled("a", ["s", "t"], { alpha: 1, beta: 2 }),
      distilled("b", ["s", "t"], { beta: 2, alpha: 1 }),
      distilled("c", ["t", "s"], { alpha: 1, beta: 2 }),
      model("s"),
      model("t"),
    ];
    expect(replicatesOf(models).get("a")).toEqual(["a", "b"]);
    expect(replicatesOf(models).has("c")).toBe(false);
  });

  it("survives cycles, unknown parents and long chains", () => {
    const loop = [child("a", "b", "prune"), child("b", "a", "prune"), child("c", "nobody", "x")];
    expect(replicatesOf(loop).size).toBeLessThanOrEqual(2);
    const length = 20_000;
    const chain = Array.from({ length }, (_, i) => child(`${i}`, `${i - 1}`, "step")).reverse();
    expect(replicatesOf(chain).size).toBe(0);
  });
});

describe("isSeed", () => {
  it.each(["seed", "torch_seed", "randomSeed", "random_state", "trial", "run_id", "Replicate"])(
    "takes %s for a seed",
    (name) => expect(isSeed(name)).toBe(true),
  );
  it.each(["amount", "epochs", "runs_per_epoch", "dry_run", "seeds_used", "representation"])(
    "does not take %s for one",
    (name) => expect(isSeed(name)).toBe(false),
  );
});
