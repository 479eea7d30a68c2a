import { describe, expect, test } from "vitest";

import { isOurTab, readHash, withValues } from "../../src/model/link/host_hash";
import { only, toggled } from "../../src/model/selection/selection";
import {
  DEFAULT_LINK_STATE,
  fromLink,
  stepOf,
  toLink,
  type LinkState,
} from "../../src/model/link/url_state";

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
      sort: [{ column: "m.val/F1 +", descending: true }],
      x: { kind: "metric", name: "size" },
      yScale: "log",
      scatterZoom: [0, 1, -1, 2.5],
      trace: false,
      budgets: [
        { metric: "a,b", bound: "at_most", relation: "absolute", value: 10 },
        {
          metric: "acc",
          bound: "at_least",
          relation: "base_percent",
          value: -1,
          typed: "99 % of base",
        },
      ],
      tableOpen: false,
      filtersOpen: true,
      budgetsOpen: true,
      goals: { gain: "max" },
      filters: [
        { kind: "metric", name: "acc", low: 0.5, high: null },
        { kind: "operation", values: ["", "prune"], without: [] },
        { kind: "status", values: [], without: ["failed"] },
        { kind: "parameter", name: "scheme", values: ["a"], without: ["b", ""] },
        { kind: "text", text: "<b>" },
      ],
      hide: true,
      tableMode: "vs best",
      hiddenColumns: ["p.[x", "m.a"],
      pinnedColumns: ["[", "m.b"],
      variableX: "parameter/prune#1/amount",
      variableColour: "",
      levels: { root: ["dense"] },
      asChange: true,
      detailsWidth: 500,
      tableHeight: 120,
    };
    expect(through(state)).toEqual(state);
    expect(toLink(state)).toEqual({
      at: "behaviors",
      to: "0",
      fo: "1",
      bo: "1",
      sel: "a,c.2",
      base: "b",
      c: "Top-1 Accuracy",
      s: "!",
      cols: "step",
      sort: "-m.val/F1 +",
      x: "size",
      yl: "log",
      z: "0,1,-1,2.5",
      tr: "0",
      bud: '[["a,b","<=",10],["acc",">%",-1,"99 % of base"]]',
      goal: '[["gain","max"]]',
      fl: '[["metric","acc",0.5,null],["operation","","prune"],["status",["failed"]],["parameter","scheme","a",["b",""]],["text","<b>"]]',
      hide: "1",
      tm: "best",
      hc: '["p.[x","m.a"]',
      pc: '["[","m.b"]',
      vx: "parameter/prune#1/amount",
      vc: "",
      vl: '[["root",["dense"]]]',
      vd: "1",
      dw: "500",
      th: "120",
    });
  });

  test("shows the same layers", () => {
    const state: LinkState = {
      ...DEFAULT_LINK_STATE,
      place: "layers",
      layerWidth: 600,
      layerView: "activations",
      layerMeasure: "sqnr",
      layerChart: "cost",
      layerSearch: "^layer4.*conv",
      layerRegex: true,
      layerSort: "-value:a",
      expansion: { rest: "all", toggled: ["a.0", 'b"'] },
      layerRange: ["a.0.weight", "c.bias"],
      layer: "",
      layerModel: "b",
    };
    expect(through(state)).toEqual(state);
    expect(toLink(state)).toEqual({
      at: "layers",
      lw: "600",
      lv: "activations",
      lm: "sqnr",
      lc: "cost",
      lq: "^layer4.*conv",
      lx: "1",
      ls: "-value:a",
      le: 'o["a.0","b\\""]',
      lr: '["a.0.weight","c.bias"]',
      li: "",
      lk: "b",
    });
    for (const broken of ["?", "o[", "x[1]", "a{}"]) {
      expect(fromLink({ le: broken }).expansion.toggled).toEqual([]);
    }
    const walked = (change: Partial<LinkState>) =>
      stepOf({ ...state, ...change }) !== stepOf(state);
    expect(walked({ layerView: "sparsity" })).toBe(true);
    expect(walked({ layer: null })).toBe(true);
    expect(walked({ layer: "c.bias" })).toBe(false);
    expect(fromLink({ lv: "biases", lr: '["a"]', lc: "" })).toEqual(DEFAULT_LINK_STATE);
  });

  test("shows the same layers' sensitivity", () => {
    const bears = { ...DEFAULT_LINK_STATE, bears: true, bearsPerByte: true, planBytes: 620220 };
    for (const [bearsSort, lo] of [
      [{ by: "kind" }, "kind"],
      [{ by: "damage", candidate: null }, "damage"],
      [{ by: "damage", candidate: "kind:a" }, "damage:kind:a"],
    ] as const) {
      const state: LinkState = { ...bears, bearsSort };
      expect(through(state)).toEqual(state);
      expect(toLink(state)).toEqual({ ly: "1", lo, lb: "1", lz: "620220" });
    }
    for (const lz of ["", "-1", "1e9", "12.5", "9".repeat(16)]) {
      expect(fromLink({ lz }).planBytes).toBeNull();
    }
    expect(fromLink({ lz: "0", ly: "0", lo: "damage:", lb: "2" })).toEqual({
      ...DEFAULT_LINK_STATE,
      planBytes: 0,
    });
    const walked = (change: Partial<LinkState>) =>
      stepOf({ ...bears, ...change }) !== stepOf(bears);
    expect(walked({ bears: false })).toBe(true);
    expect(walked({ planBytes: 3 })).toBe(false);
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

  test.each<Record<string, string>>([
    { bud: "[[1]]" },
    { bud: '[["a","?=",1]]' },
    { fl: "{}" },
    { fl: '[["metric"],["what",1],3]' },
    { z: "1,0,0,1" },
    { z: "1" },
    { vl: "[[1,2]]" },
    { goal: '[["a","up"]]' },
    { hc: "[1" },
    { xl: "cubic" },
  ])("%j asks for nothing", (link) => {
    const { budgets, ...rest } = fromLink(link);
    expect({ ...rest, budgets: budgets?.length ? budgets : null }).toEqual(DEFAULT_LINK_STATE);
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
