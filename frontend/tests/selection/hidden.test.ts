import { describe, expect, test } from "vitest";

import { filtersLink } from "../../src/model/link/filters";
import { passing } from "../../src/model/selection/filter";
import { filterText } from "../../src/model/selection/filter_text";
import { tagChoices } from "../../src/model/selection/filter_choices";
import { leftOut } from "../../src/model/selection/hidden";
import { foundBy } from "../../src/model/selection/model_search";
import { model } from "../builders";

describe("hidden models", () => {
  const hidden = { hidden: true };
  const models = [
    model("dense", hidden),
    model("old", { parents: ["dense"], ...hidden }),
    model("older", { parents: ["old"], ...hidden }),
    model("new", { parents: ["dense"] }),
  ];

  test("are left out, but not where others come from them", () => {
    expect([...leftOut(models, [])]).toEqual(["old", "older"]);
  });

  test("nor where they are asked for, with what these come from", () => {
    expect([...leftOut(models, ["older"])]).toEqual([]);
    expect([...leftOut(models, ["old"])]).toEqual(["older"]);
  });

  test("in a circle, which only damaged logs hold, end", () => {
    const circle = [model("a", { parents: ["b"], ...hidden }), model("b", { parents: ["a"] })];
    expect([...leftOut(circle, [])]).toEqual([]);
  });

  test("a link says that they are shown", () => {
    const state = { ...filtersLink.defaults, showHidden: true };
    expect(filtersLink.write(state)["sh"]).toBe("1");
    expect(filtersLink.read({ sh: "1" }).showHidden).toBe(true);
    expect(filtersLink.read({}).showHidden).toBe(false);
  });
});

describe("tags", () => {
  const models = [
    model("a", { tags: ["paper", "v2"] }),
    model("b", { tags: ["v2"], note: "As in Table 3" }),
    model("c"),
  ];
  const pass = (values: string[], without: string[] = []) => [
    ...(passing(models, [{ kind: "tag", values, without }], null) ?? []),
  ];

  test("one of those asked for is enough, one unwanted is too many", () => {
    expect(pass(["paper"])).toEqual(["a"]);
    expect(pass(["paper", "v2"])).toEqual(["a", "b"]);
    expect(pass(["v2"], ["paper"])).toEqual(["b"]);
    expect(pass([""])).toEqual(["c"]);
    expect(pass([], [""])).toEqual(["a", "b"]);
  });

  test("are counted", () => {
    expect(tagChoices(models).map(({ text, count }) => [text, count])).toEqual([
      ["no tag", 1],
      ["paper", 1],
      ["v2", 2],
    ]);
    expect(tagChoices([model("c")])).toEqual([]);
  });

  test("are searched, as notes are", () => {
    expect([...(foundBy(models, "#v2") ?? [])]).toEqual(["a", "b"]);
    expect([...(foundBy(models, '"table 3"') ?? [])]).toEqual(["b"]);
  });

  test("in words and in a link", () => {
    const filter = { kind: "tag", values: ["v2"], without: ["", "paper"] } as const;
    expect(filterText(filter, [])).toBe("tag: v2, not none or paper");
    const { fl } = filtersLink.write({ ...filtersLink.defaults, filters: [filter] });
    expect(filtersLink.read({ fl: fl! }).filters).toEqual([filter]);
  });
});
