/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";

import type { Claim } from "../../src/model/claims/claim";
import { CLAIMS } from "../../src/model/claims/list";
import { harmWords } from "../../src/model/claims/harm";
import { meanVerdict, meanWords } from "../../src/model/claims/means";
import measures from "../../../docs/measures.md?raw";
import { modelHarm } from "../behaviors/builders";
import type { Case } from "./case";
import { OF_MODELS } from "./of_models";
import { CLEAN, HARMFUL, OF_PREDICTIONS, REASON, SEEDED } from "./of_predictions";

const CASES: Readonly<Record<string, Case>> = { ...OF_PREDICTIONS, ...OF_MODELS };

const claims = CLAIMS as readonly Claim<unknown>[];
/** The sentence of each in the documentation, beside which stands when it may be said. */
const documented = new Map(
  [...measures.matchAll(/^\| (\w+\.\w+) \| (.+) \| (.+) \|$/gm)].map(([, id, sentence]) => [
    id!,
    sentence!,
  ]),
);
const plain = (text: string): string => text.replace(/\u202f/g, " ");

describe("the list of claims", () => {
  test("has a case for each, and each once", () => {
    expect(claims.map(({ id }) => id)).toEqual(Object.keys(CASES));
  });

  test.each(claims)("$id is said of facts that allow it, and not at the border", (claim) => {
    const { yes, says, no } = CASES[claim.id]!;
    expect(claim.may(yes)).toBe(true);
    const words = plain(claim.words(yes));
    expect(words).toEqual(typeof says === "string" ? says : expect.stringMatching(says));
    expect(words).toMatch(patternOf(documented.get(claim.id)!));
    for (const facts of no) expect(claim.may(facts), JSON.stringify(facts)).toBe(false);
  });

  test("is that of docs/measures.md", () => {
    expect([...documented.keys()]).toEqual(claims.map(({ id }) => id));
  });
});

/** A sentence with `…` for anything. */
function patternOf(sentence: string): RegExp {
  const parts = sentence.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".*"));
}

test("a model has one verdict: harmed, what would have been seen, or a reason", () => {
  expect(plain(harmWords({ ...HARMFUL, ...SEEDED }))).toMatch(/, more than two seeds differ$/);
  expect(plain(harmWords({ ...CLEAN, ...SEEDED }))).toMatch(/, since seeds differ too$/);
  expect(harmWords(modelHarm("m", { reason: REASON }))).toBe("Trained again: log replicates");
  for (const words of [HARMFUL, CLEAN].map((harm) => harmWords(harm)))
    expect(words).not.toMatch(/evenly|none/);
});

test("better and worse never stand beside cannot tell", () => {
  for (const p of [0, 0.01, 0.0499, 0.05, 0.051, 0.5, 1, null]) {
    for (const value of [-1, 0, 1, null]) {
      for (const goal of ["max", "min", null] as const) {
        const verdict = meanVerdict({ value, p }, goal);
        if (verdict) expect(meanWords({ value, p }, goal)).toBe("");
      }
    }
  }
});
