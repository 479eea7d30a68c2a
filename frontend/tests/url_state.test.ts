import { describe, expect, test } from "vitest";

import { isOurTab, readHash, withValues } from "../src/model/host_hash";
import { only, toggled } from "../src/model/selection";
import { DEFAULT_LINK_STATE, fromLink, toLink, type LinkState } from "../src/model/url_state";

const through = (state: LinkState): LinkState => fromLink(toLink(state));

describe("a link", () => {
  test("of the defaults is empty", () => {
    expect(toLink(DEFAULT_LINK_STATE)).toEqual({});
    expect(fromLink({})).toEqual(DEFAULT_LINK_STATE);
  });

  test("shows the same", () => {
    const state: LinkState = {
      ...DEFAULT_LINK_STATE,
      place: "behaviors",
      selection: toggled(only([], ["a", "b", "c"]), "b"),
      base: "b",
      colour: { kind: "metric", name: "Top-1 Accuracy" },
      size: { kind: "none" },
      columns: "step",
      sort: { column: "m.val/F1 +", descending: true },
      detailsWidth: 500,
      tableHeight: 120,
    };
    expect(through(state)).toEqual(state);
    expect(toLink(state)).toEqual({
      at: "behaviors",
      sel: "a,c.2",
      base: "b",
      c: "Top-1 Accuracy",
      s: "!",
      cols: "step",
      sort: "-m.val/F1 +",
      dw: "500",
      th: "120",
    });
  });

  test.each(["!", "!!", "!none", "none"])("keeps a metric named %j", (name) => {
    const state: LinkState = { ...DEFAULT_LINK_STATE, colour: { kind: "metric", name } };
    expect(through(state)).toEqual(state);
  });

  test("that is spelled wrongly gives defaults", () => {
    const link = { cols: "time", sort: "m.size", dw: "wide", th: "-5", c: "", base: "" };
    expect(fromLink(link)).toEqual(DEFAULT_LINK_STATE);
    expect(fromLink({ dw: "1e9", th: "NaN" })).toEqual(DEFAULT_LINK_STATE);
  });

  test("with repeated keys or slots selects each model once, each in its own slot", () => {
    const { selection } = fromLink({ sel: "a,a,b.0,c.1,d.x,,e.-1" });
    expect(selection.map(({ key }) => key).sort()).toEqual(["a", "b", "c", "d", "e"]);
    expect(new Set(selection.map(({ slot }) => slot)).size).toBe(5);
    expect(selection.find(({ key }) => key === "a")?.slot).toBe(0);
    expect(selection.find(({ key }) => key === "c")?.slot).toBe(1);
  });
});

describe("TensorBoard’s hash", () => {
  test("keeps the tab and what belongs to others", () => {
    const hash = "#cnc&tagFilter=a%26b&p.other.x=1&p.cnc.old=2";
    expect(withValues(hash, { sel: "a,b", c: "F1 & more=…" })).toBe(
      "#cnc&tagFilter=a%26b&p.other.x=1&p.cnc.sel=a%2Cb&p.cnc.c=F1%20%26%20more%3D%E2%80%A6",
    );
  });

  test("gives back what was put in", () => {
    const values = { sel: "a,b.7", c: "50 % & <b>=é", s: "!" };
    expect(readHash(withValues("#cnc", values))).toEqual(values);
  });

  test("names our tab where it names none, and only there", () => {
    expect(withValues("", { c: "x" })).toBe("#cnc&p.cnc.c=x");
    expect(withValues("#scalars", { c: "x" })).toBe("#scalars&p.cnc.c=x");
    expect(withValues("#cnc&p.cnc.c=x", {})).toBe("#cnc");
  });

  test("is ours when it names our tab or none", () => {
    expect(["", "#", "#cnc", "#cnc&p.cnc.c=x", "#p.cnc.c=x"].every(isOurTab)).toBe(true);
    expect(["#scalars", "#timeseries&p.cnc.c=x"].some(isOurTab)).toBe(false);
  });

  test("that is malformed is read as far as it can be", () => {
    expect(readHash("#cnc&p.cnc.c=%E0%A4%A&p.cnc.&&=&p.cnc.s=a=b")).toEqual({
      c: "%E0%A4%A",
      s: "a=b",
    });
  });
});
