import { describe, expect, test } from "vitest";

import { briefly, wordDiff } from "../../src/model/behaviors/prediction_diff";

const told = (before: string, after: string): string =>
  wordDiff(before, after)
    .map(({ kind, text }) =>
      kind === "same" ? text : kind === "added" ? `{+${text}}` : `{-${text}}`,
    )
    .join("");

describe("a word diff", () => {
  test.each([
    ["", "", ""],
    ["the same", "the same", "the same"],
    ["born in 1809", "born in 1812", "born in {-1809}{+1812}"],
    ["a b c", "a c", "a {-b }c"],
    ["a c", "a b c", "a {+b }c"],
    ["yes", "", "{-yes}"],
    ["", "no", "{+no}"],
    ["one, two", "one two", "one{-,} two"],
    ["naïve café", "naïve cafés", "naïve {-café}{+cafés}"],
  ])("of %j and %j", (before, after, expected) => {
    expect(told(before, after)).toBe(expected);
  });

  test("gives back both texts, whatever they are", () => {
    const texts = ["<b>x</b> y", "a\n\n b", "x x x y", "y x", "日本語 テキスト", "…", " "];
    for (const before of texts) {
      for (const after of texts) {
        const parts = wordDiff(before, after);
        const side = (without: string): string =>
          parts
            .filter(({ kind }) => kind !== without)
            .map(({ text }) => text)
            .join("");
        expect(side("added")).toBe(before);
        expect(side("removed")).toBe(after);
      }
    }
  });

  test("of very long texts shows what differs as a whole, without their common ends", () => {
    const long = (word: string): string => `begin ${`${word} `.repeat(2000)}end`;
    const parts = wordDiff(long("a"), long("b"));
    expect(parts.map(({ kind }) => kind)).toEqual(["same", "removed", "added", "same"]);
    expect(parts[0]?.text).toBe("begin ");
    expect(parts.at(-1)?.text).toBe(" end");
  });
});

describe("a brief diff", () => {
  const same = "the same words again ".repeat(20);

  test("keeps what differs and what stands beside it", () => {
    const parts = briefly(wordDiff(`${same}in 1809 ${same}`, `${same}in 1812 ${same}`));
    expect(parts.map(({ kind }) => kind)).toEqual(["same", "removed", "added", "same"]);
    expect(parts[0]?.text).toMatch(/^….*same words again in $/);
    expect(parts[3]?.text).toMatch(/^ the same words.*…$/);
    expect(parts.every(({ text }) => text.length <= 34)).toBe(true);
  });

  test("leaves short texts whole, and cuts no character in two", () => {
    const short = wordDiff("born in 1809", "born in 1812");
    expect(briefly(short)).toEqual(short);
    const [first] = briefly([
      { kind: "same", text: "👍".repeat(100) },
      { kind: "added", text: "x" },
    ]);
    expect(first?.text).toBe(`…${"👍".repeat(32)}`);
  });
});
