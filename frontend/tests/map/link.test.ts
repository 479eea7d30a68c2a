import { expect, test } from "vitest";

import { mapLink, type MapLink } from "../../src/model/link/map";

test("the map's part of a link comes back as it was", () => {
  const state: MapLink = {
    colour: { kind: "metric", name: "!odd" },
    shade: "change",
    resolution: "best",
    size: { kind: "none" },
    columns: "step",
    search: "amount 0.5",
    folds: { rest: "folded", open: ["k1", "k-2"] },
  };
  expect(mapLink.read(mapLink.write(state) as Record<string, string>)).toEqual(state);
});

test("a link of before cells opens the first group that it names", () => {
  expect(mapLink.read({ f: "a;k1,k2;k3" }).folds).toEqual({ rest: "auto", open: ["k1", "k2"] });
});

test("what is at its default is left out, and nonsense is read as the default", () => {
  expect(Object.values(mapLink.write(mapLink.defaults)).filter(Boolean)).toEqual([]);
  expect(mapLink.read({ ch: "x", f: "constructor;;", cols: "?" })).toEqual(mapLink.defaults);
});
