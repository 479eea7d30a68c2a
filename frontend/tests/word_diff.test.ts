import { describe, expect, test } from "vitest";

import { wordDiff } from "../src/model/word_diff";

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
