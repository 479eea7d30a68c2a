/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";

import type { ChangeFacts } from "../../src/model/claims/changes";
import type { Claim } from "../../src/model/claims/claim";
import type { ContrastFacts } from "../../src/model/claims/contrasts";
import { CLAIMS } from "../../src/model/claims/list";
import { harmWords } from "../../src/model/claims/harm";
import { meanVerdict, meanWords } from "../../src/model/claims/means";
import type { Calibration, Divergence, Effect } from "../../src/model/wire.gen";
import measures from "../../../docs/measures.md?raw";
import { harmedSlice, measure, modelHarm } from "../behaviors/builders";

/** Facts of which a claim may be said, what it says of them, and facts at the border, where it may not. */
interface Case {
  readonly yes: unknown;
  readonly says: string | RegExp;
  readonly no: readonly unknown[];
}

const HARMFUL = modelHarm("m", { harmed: 2, tested: 42, pairs_harmed: 1, pairs_tested: 300 });
const CLEAN = modelHarm("m");
const SEEDED = { retrained: true, replicates: 3 };
const REASON = "Trained again: log replicates.";
const HARMED = harmedSlice("m", { q: 0.0499 });
/** Of which not all was searched. */
const CUT = modelHarm("m", { pairs_left_out: 3 });
/** Of which the sentence on what would have been seen is not said, and that on a slice. */
const UNTOLD = [
  HARMFUL,
  modelHarm("m", { pairs_harmed: 1 }),
  modelHarm("m", { tested: 0 }),
  modelHarm("m", { could_see: [] }),
  modelHarm("m", { reason: REASON }),
];
const UNHARMED = [
  { ...HARMED, q: 0.05 },
  { ...HARMED, q: null },
  { ...HARMED, harmed: false },
  { ...HARMED, change: 0 },
];
const F1 = measure({ id: "score/F1", label: "F1" });
const NAMED = { name: "scan: faint", counts: "17 of 100 right → wrong, 3 wrong → right" };

const mean = (value: number | null, p: number | null, more: object = {}, goal = "max") => ({
  change: { value, p, ...more },
  goal,
});
const calibration = (ece: number) => ({ ece, chance_high: 0.03 }) as Calibration;
const divergence = (size: number) => ({ mean: size, rounding: 0.004 }) as Divergence;
const standing = (of: string | null, caution: string | null = null) => ({ standing: of, caution });
const seen = (is: string) => ({ one: "a", other: "b", seen: [{ label: "latency", is }] });
const decision = (keeps: string | null) => ({
  keeps,
  title: "Smallest model",
  less: "smaller",
  base: "dense",
  quality: "accuracy",
  model: "a",
  cost: "12.5 kB (−87 %)",
  change: "−0.6 pt",
  loss: "2.2 pt",
});
const apart = (sure: boolean | null) => ({ dataset: "scans", change: "−2.0 pt", sure });
const change = (given: Partial<ChangeFacts>): ChangeFacts => ({
  by: 1,
  goal: "max",
  seen: "larger",
  isBound: false,
  ...given,
});
const contrast = (given: Partial<Effect>): ContrastFacts => ({
  effect: {
    pairs: 8,
    rose: 8,
    fell: 0,
    least: 0.2,
    most: 87.5,
    mean: 20,
    low: 1,
    high: 40,
    p: 0.01,
    q: 0.02,
    ...given,
  } as Effect,
  goal: "max",
  write: (amount) => `+${amount.toFixed(1)} pt`,
  range: "+0.2 to +87.5 pt",
});

const CASES: Readonly<Record<string, Case>> = {
  "harm.count": {
    yes: HARMFUL,
    says: "Harmed more than the rest: 2 of 42 slices, 1 of 300 pairs",
    no: [CLEAN, { ...HARMFUL, reason: REASON }],
  },
  "harm.seeds": {
    yes: { ...HARMFUL, ...SEEDED },
    says: ", more than two seeds differ",
    no: [HARMFUL, { ...CLEAN, ...SEEDED }, { ...HARMFUL, retrained: true }],
  },
  "harm.few": {
    yes: modelHarm("m", { could_see: [] }),
    says: "Too few to tell: no slice is large enough to show harm",
    no: [CLEAN, modelHarm("m", { could_see: [], tested: 0 }), { ...HARMFUL, could_see: [] }],
  },
  "harm.reason": { yes: modelHarm("m", { reason: REASON }), says: REASON, no: [CLEAN, HARMFUL] },
  "harm.unseen": {
    yes: { harm: CLEAN, by: null },
    says: "No slice stands out; in a slice of 100, 12 pt more broken than in the rest would have",
    no: [...[...UNTOLD, CUT].map((harm) => ({ harm, by: null })), { harm: CLEAN, by: F1 }],
  },
  "harm.unseenscore": {
    yes: { harm: CLEAN, by: F1 },
    says: "No slice stands out; in a slice of 100, F1 worse by 0.118 than in the rest would have",
    no: [...[...UNTOLD, CUT].map((harm) => ({ harm, by: F1 })), { harm: CLEAN, by: null }],
  },
  "harm.cut": {
    yes: { harm: CUT, by: null },
    says: /^Nothing stands out in what was searched, without 3 pairs of attributes; in a slice of 100, 12 pt more/,
    no: [...[...UNTOLD, CLEAN].map((harm) => ({ harm, by: null })), { harm: CUT, by: F1 }],
  },
  "harm.cutscore": {
    yes: { harm: CUT, by: F1 },
    says: /^Nothing stands out .* in a slice of 100, F1 worse by 0.118 than in the rest would have/,
    no: [...[...UNTOLD, CLEAN].map((harm) => ({ harm, by: F1 })), { harm: CUT, by: null }],
  },
  "harm.slice": {
    yes: { cell: HARMED, by: null },
    says: "lost 14 pt, the rest 6.2 pt; kept 85 % of its right answers, the rest 94.0 %; q .050",
    no: [...UNHARMED.map((cell) => ({ cell, by: null })), { cell: HARMED, by: F1 }],
  },
  "harm.score": {
    yes: { cell: HARMED, by: F1 },
    says: "F1 changed by −0.140, the rest by −0.0620; q .050",
    no: [
      ...UNHARMED.map((cell) => ({ cell, by: F1 })),
      { cell: HARMED, by: null },
      { cell: HARMED, by: { ...F1, goal: "min" } },
    ],
  },
  "harm.named": {
    yes: { ...NAMED, cell: HARMED, by: null, harm: HARMFUL, more: 2 },
    says: /^Harmed: scan: faint, 17 of 100 right → wrong, 3 wrong → right; lost 14 pt.*; 2 more$/,
    no: [{ ...NAMED, cell: { ...HARMED, harmed: false }, by: null, harm: HARMFUL, more: 2 }],
  },
  "mean.better": {
    yes: mean(0.1, 0.0499),
    says: "better",
    no: [
      mean(0.1, 0.05),
      mean(-0.1, 0.01),
      mean(0.1, null),
      mean(0.1, 0.01, {}, "min"),
      mean(0, 0),
    ],
  },
  "mean.worse": {
    yes: mean(0.1, 0.0499, {}, "min"),
    says: "worse",
    no: [mean(0.1, 0.05, {}, "min"), mean(-0.1, 0.01, {}, "min"), mean(0.1, 0.01)],
  },
  "mean.open": {
    yes: mean(0.1, 0.05),
    says: "cannot tell",
    no: [mean(0.1, 0.0499), mean(0.1, null)],
  },
  "mean.untested": {
    yes: mean(0.1, null, { reason: "Too few decide." }),
    says: "no test",
    no: [mean(0.1, null), mean(0.1, 0.5, { reason: "Too few decide." })],
  },
  "mean.seeds": {
    yes: mean(0.1, 0.01, { seeds: 3 }),
    says: "more than 3 seeds differ",
    no: [mean(0.1, 0.01), mean(0.1, 0.2, { seeds: 3 })],
  },
  "calibration.chance": {
    yes: calibration(0.03),
    says: /^no more than a calibrated/,
    no: [calibration(0.0301)],
  },
  "calibration.more": {
    yes: calibration(0.0301),
    says: /^more than a cal/,
    no: [calibration(0.03)],
  },
  "kl.rounding": { yes: divergence(0.004), says: /^no more than/, no: [divergence(0.0041)] },
  "decision.told": {
    yes: decision("told"),
    says: "Smallest model no worse than dense by accuracy: a, 12.5 kB (−87 %); accuracy −0.6 pt",
    no: [decision("once"), decision("open"), decision(null)],
  },
  "decision.once": {
    yes: decision("once"),
    says: /^Smallest model whose accuracy is no worse than that of dense by the numbers, measured once/,
    no: [decision("told"), decision("open"), decision(null)],
  },
  "decision.open": {
    yes: decision("open"),
    says: /^Smallest model not known to be worse than dense.*a loss of up to 2.2 pt is not ruled out$/,
    no: [decision("told"), decision("once"), decision(null)],
  },
  "decision.none": {
    yes: decision(null),
    says: /^Every model that is smaller than dense is worse by accuracy; least so: a, 12.5 kB/,
    no: [decision("told"), decision("open")],
  },
  "decision.further": {
    yes: { model: "b", cost: "9 kB", less: "Smaller" },
    says: "Smaller and not known to be worse: b, 9 kB",
    no: [null],
  },
  "decision.harm": {
    yes: { name: "scan faint", cell: HARMED, by: null, more: 1 },
    says: "scan faint lost 14 pt, 1 more",
    no: UNHARMED.map((cell) => ({ name: "scan faint", cell, by: null, more: 0 })),
  },
  "front.front": {
    yes: standing("front"),
    says: "on the front",
    no: [standing("tied"), standing(null)],
  },
  "front.tied": {
    yes: standing("tied"),
    says: /^tied with/,
    no: [standing("front"), standing(null)],
  },
  "front.unknown": {
    yes: standing("unknown"),
    says: /^behind/,
    no: [standing("tied"), standing(null)],
  },
  "front.harmed": {
    yes: standing("front", "harmed"),
    says: "some instances are harmed: see Behaviors",
    no: [standing("front")],
  },
  "front.cautions": {
    yes: { harmed: 1, front: 5 },
    says: "1 of 5 on the front: some instances are harmed",
    no: [{ harmed: 0, front: 5 }],
  },
  "pair.untold": {
    yes: seen("cannot tell"),
    says: "Cannot tell b from a by latency (95 %)",
    no: [seen("unknown"), seen("larger"), seen("same")],
  },
  "pair.unknown": {
    yes: { change: "latency of b: −12 %", is: "unknown" },
    says: /in one process each/,
    no: [{ change: "", is: "cannot tell" }],
  },
  "pair.predictions": {
    yes: apart(true),
    says: ", but their predictions on scans differ: −2.0 pt",
    no: [apart(false), apart(null), { ...apart(true), change: "" }],
  },
  "pair.norpredictions": {
    yes: apart(false),
    says: ", nor by their predictions on scans",
    no: [apart(true), apart(null)],
  },
  "budget.tied": { yes: "cannot tell", says: " (tied)", no: ["unknown", "larger", null] },
  "budget.unknown": { yes: "unknown", says: " (noise unknown)", no: ["cannot tell", "same", null] },
  "change.same": {
    yes: change({ by: 0 }),
    says: "same",
    no: [change({}), change({ by: 0, isBound: true })],
  },
  "change.better": {
    yes: change({}),
    says: "better",
    no: [
      change({ seen: "smaller" }),
      change({ seen: "cannot tell" }),
      change({ goal: "min" }),
      change({ goal: null }),
    ],
  },
  "change.worse": {
    yes: change({ goal: "min" }),
    says: "worse",
    no: [change({}), change({ goal: "min", seen: "unknown" }), change({ goal: null })],
  },
  "change.noiseunknown": {
    yes: change({ seen: "unknown" }),
    says: "noise unknown",
    no: [change({}), change({ seen: "cannot tell" })],
  },
  "change.cannottell": {
    yes: change({ seen: "cannot tell", isBound: true }),
    says: "cannot tell",
    no: [change({ isBound: true }), change({ seen: "cannot tell" })],
  },
  "change.withinspread": {
    yes: change({ seen: "cannot tell" }),
    says: "within spread",
    no: [change({}), change({ by: 0 }), change({ seen: "cannot tell", goal: null })],
  },
  "contrast.same": {
    yes: contrast({ rose: 0, least: 0, most: 0 }),
    says: "the same in 8 of 8",
    no: [contrast({}), contrast({ pairs: 1, rose: 0, least: 0, most: 0 })],
  },
  "contrast.open": {
    yes: contrast({ p: 0.051 }),
    says: "cannot tell: up in 8 of 8, +0.2 to +87.5 pt",
    no: [contrast({ p: 0.05 }), contrast({ p: null }), contrast({ p: 0.5, pairs: 1 })],
  },
  "contrast.counted": {
    yes: contrast({ pairs: 4, rose: 4, p: null, q: null }),
    says: "better in 4 of 4, +0.2 to +87.5 pt",
    no: [contrast({ p: 0.051 }), contrast({ pairs: 1 }), contrast({ rose: 0, least: 0, most: 0 })],
  },
  "contrast.few": {
    yes: contrast({ pairs: 4, rose: 3, p: null, q: null }),
    says: "too few pairs to rule out chance; 6 that agree would",
    no: [contrast({}), contrast({ pairs: 1, p: null })],
  },
  "contrast.found": {
    yes: contrast({ p: 0.06 }),
    says: "a mean change of about 27.9 pt would have been found",
    no: [contrast({ p: 0.05 }), contrast({ p: 0.06, low: null })],
  },
  "contrast.among": {
    yes: contrast({ q: 0.051 }),
    says: /^may be chance among/,
    no: [contrast({ q: 0.05 }), contrast({ p: 0.06, q: 0.06 })],
  },
  "signal.same": { yes: { lowest: 60 }, says: /^The signal is the same/, no: [{ lowest: 59.9 }] },
  "signal.near": {
    yes: { lowest: 30 },
    says: "The signal is nearly the base’s",
    no: [{ lowest: 60 }, { lowest: 29.9 }],
  },
  "signal.nowhere": {
    yes: { lowest: 29.9 },
    says: "SQNR falls nowhere below 30 dB by more than noise",
    no: [{ lowest: 30 }],
  },
  "weights.same": {
    yes: { part: null },
    says: "No weight differs from the base’s",
    no: [{ part: "3 tensors were refused" }],
  },
  "weights.compared": {
    yes: { part: "3 tensors were refused" },
    says: "No compared weight differs from the base’s: 3 tensors were refused",
    no: [{ part: null }],
  },
  "block.worst": {
    yes: { label: "block 17", worst: 5, of: 9 },
    says: "block 17 is the farthest from the base in 5 of 9 kinds",
    no: [
      { label: "block 17", worst: 4, of: 8 },
      { label: "block 17", worst: 2, of: 2 },
    ],
  },
  "sensitivity.sums": {
    yes: { trials: 9, low: 0.8, high: 1.25 },
    says: "9 whole allocations that were measured came to ×0.80 to ×1.25 their sums",
    no: [{ trials: 0, low: 0, high: 0 }],
  },
  "sensitivity.unchecked": {
    yes: { trials: 0, low: 0, high: 0 },
    says: "Whether damages add up was not measured",
    no: [{ trials: 1, low: 1, high: 1 }],
  },
  "steps.untried": {
    yes: { model: "p80", steps: ["recalibrate", "int8"], others: 3, of: 5, by: "prune" },
    says: "recalibrate + int8 of p80 has not been tried; 3 of 5 others by prune have it",
    no: [{ model: "p80", steps: ["int8"], others: 1, of: 5, by: "prune" }],
  },
  "steps.unchanged": {
    yes: { parent: "p80", step: "int8 quantize", numbers: 6 },
    says: "p80 → int8 quantize: none of 6 numbers changed",
    no: [{ parent: "p80", step: "int8 quantize", numbers: 1 }],
  },
  "waterfall.costliest": {
    yes: {
      step: "int8 quantize",
      metric: "accuracy",
      by: "−1.2 pt",
      told: true,
      alone: true,
      share: 0.1,
    },
    says: "int8 quantize costs most accuracy: −1.2 pt",
    no: [
      { step: "a", metric: "m", by: "", told: false, alone: true, share: 1 },
      { step: "a", metric: "m", by: "", told: true, alone: false, share: 1 },
      { step: "a", metric: "m", by: "", told: true, alone: true, share: 0.09 },
    ],
  },
  "waterfall.sums": {
    yes: { interacts: [], open: [] },
    says: "Steps add up to the total",
    no: [
      { interacts: ["size"], open: [] },
      { interacts: [], open: ["size"] },
    ],
  },
  "waterfall.interaction": {
    yes: { interacts: ["accuracy", "size"], open: [] },
    says: /^In accuracy, size a part is interaction/,
    no: [
      { interacts: [], open: [] },
      { interacts: ["size"], open: ["size"] },
    ],
  },
  "waterfall.open": {
    yes: { interacts: ["size"], open: ["accuracy"] },
    says: /^In accuracy a part belongs to no step/,
    no: [{ interacts: ["size"], open: [] }],
  },
};

const claims = CLAIMS as readonly Claim<unknown>[];
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
    expect(words).toMatch(patternOf(claim.sentence));
    for (const facts of no) expect(claim.may(facts), JSON.stringify(facts)).toBe(false);
  });

  test("is what docs/measures.md says", () => {
    const rows = claims.map(({ id, sentence, when }) => `| ${id} | ${sentence} | ${when} |`);
    expect(measures).toContain(`${rows.join("\n")}\n`);
  });
});

/** A sentence with `…` for anything. */
function patternOf(sentence: string): RegExp {
  const parts = sentence.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".*"));
}

test("a model has one verdict: harmed, what would have been seen, or a reason", () => {
  expect(plain(harmWords({ ...HARMFUL, ...SEEDED }))).toMatch(/, more than two seeds differ$/);
  expect(plain(harmWords({ ...CLEAN, ...SEEDED }))).toMatch(/, beyond what seeds differ$/);
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
