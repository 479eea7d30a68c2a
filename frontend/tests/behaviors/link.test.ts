import { describe, expect, test } from "vitest";

import { behaviorsAddress, imageAddress } from "../../src/api/addresses";
import {
  DEFAULT_LINK_STATE,
  fromLink,
  stepOf,
  toLink,
  type LinkState,
} from "../../src/model/link/url_state";

const STATE: LinkState = {
  ...DEFAULT_LINK_STATE,
  place: "behaviors",
  evaluation: "d1",
  measure: "score/F1 <b>",
  form: "difference",
  behaviorRows: "harmed slices",
  slicedBy: "label\nattribute/ink & paper",
  behaviorSort: "-change:k1",
  conditions: '[{"kind":"text","text":"a&b"}]',
  instance: "7",
  wholeFamily: true,
  focusedModel: "k1",
  modelPane: false,
  smallSlices: true,
  instanceWidth: 500,
  modelPaneWidth: 320,
};

describe("the link of behaviors", () => {
  test("shows the same", () => {
    expect(fromLink(toLink(STATE))).toEqual(STATE);
  });

  test("that is spelled wrongly leaves the choice to the data", () => {
    expect(fromLink({ br: "rows", bk: "yes", iw: "-1", bp: "2", bl: "no" })).toEqual(
      DEFAULT_LINK_STATE,
    );
  });
});

describe("a step of the history", () => {
  const from = (change: Partial<LinkState>): boolean =>
    stepOf({ ...STATE, ...change }) !== stepOf(STATE);

  test("is another place, other rows, or an instance opened or closed", () => {
    expect(from({ place: "overview" })).toBe(true);
    expect(from({ behaviorRows: "instances" })).toBe(true);
    expect(from({ slicedBy: "label" })).toBe(true);
    expect(from({ instance: null })).toBe(true);
  });

  test("is not the next instance, a filter or a width", () => {
    expect(from({ instance: "8" })).toBe(false);
    expect(from({ conditions: "", instanceWidth: 300, selection: [] })).toBe(false);
  });
});

describe("an address", () => {
  const subject = { base: "k0", models: ["k1", "k2"], dataset: null, measure: "m", form: null };

  test("leaves out what the server chooses", () => {
    expect(behaviorsAddress("summary", subject)).toBe(
      "behaviors?level=summary&base=k0&models=k1%2Ck2&measure=m",
    );
    expect(behaviorsAddress("slices", { ...subject, models: [] }, { by: null, filter: [] })).toBe(
      "behaviors?level=slices&base=k0&measure=m",
    );
  });

  test("keeps what users wrote", () => {
    const address = behaviorsAddress("instance", subject, { id: "a&b=1 #é" });
    expect(new URLSearchParams(address.split("?")[1]).get("id")).toBe("a&b=1 #é");
    const filter = [{ kind: "text", text: "&=%" }] as const;
    const filtered = behaviorsAddress("instances", subject, { filter, offset: 0 });
    const given = new URLSearchParams(filtered.split("?")[1]);
    expect(JSON.parse(given.get("filter")!)).toEqual(filter);
    expect(given.get("offset")).toBe("0");
    expect(imageAddress("d", "x/y?")).toBe("instance_media?dataset=d&id=x%2Fy%3F");
  });
});
