import { describe, expect, test } from "vitest";

import { fullName, loggedId, underShownNames } from "../../src/model/labels/display_names";
import { noteParts } from "../../src/model/labels/note_parts";
import { foundBy } from "../../src/model/selection/model_search";
import { model } from "../builders";

describe("display names", () => {
  const [dense, half] = underShownNames([model("dense"), model("p50", { renamed: "half" })]);

  test("a model is called what it is shown as, and keeps what it was logged as", () => {
    expect([dense!.id, half!.id, half!.key]).toEqual(["dense", "half", "p50"]);
    expect([loggedId(dense!), loggedId(half!)]).toEqual(["dense", "p50"]);
    expect([fullName(dense!), fullName(half!)]).toEqual(["dense", "half\nlogged as p50"]);
  });

  test("both are found", () => {
    for (const words of ["half", "p50"]) {
      expect([...(foundBy([dense!, half!], words) ?? [])]).toEqual(["p50"]);
    }
  });
});

describe("notes", () => {
  const links = (note: string) => noteParts(note).flatMap(({ href }) => href ?? []);

  test.each([
    ["see https://x.org/a?b=c#d.", ["https://x.org/a?b=c#d"]],
    ["(http://x.org/a), HTTPS://Y.org!", ["http://x.org/a", "https://y.org/"]],
    ["https://x.org/\u202egnp.exe", ["https://x.org/"]],
    ["javascript:alert(1) data:text/html,x //x.org ftp://x.org file:///etc", []],
    ["https:// http://[ https://%", []],
    ['https://x.org/"onclick=alert(1)', ["https://x.org/"]],
    ["https://x.org/<script>alert(1)</script>", ["https://x.org/"]],
    ["xhttps://y.org", ["https://y.org/"]],
  ])("%j has the links %j", (note, expected) => {
    expect(links(note)).toEqual(expected);
    expect(
      noteParts(note)
        .map(({ text }) => text)
        .join(""),
    ).toBe(note);
  });
});
