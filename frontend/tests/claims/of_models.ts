import type { ChangeFacts } from "../../src/model/claims/changes";
import type { ContrastFacts } from "../../src/model/claims/contrasts";
import type { Effect } from "../../src/model/wire.gen";
import { HARMED, UNHARMED } from "./of_predictions";
import type { Case } from "./case";

const standing = (of: string | null, caution: string | null = null) => ({ standing: of, caution });
const seen = (is: string) => ({ one: "a", other: "b", seen: [{ label: "latency", is }] });
const decision = (keeps: string | null, once = keeps === "once") => ({
  keeps,
  once,
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

/** What is said of models, their steps and their layers. */
export const OF_MODELS: Readonly<Record<string, Case>> = {
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
    no: [decision("told"), decision("open"), decision(null, true)],
  },
  "decision.none_once": {
    yes: decision(null, true),
    says: /^By the numbers, measured once, every model that is smaller than dense is worse by accuracy; least so: a/,
    no: [decision("told"), decision("once"), decision("open"), decision(null)],
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
  "sensitivity.apart": {
    yes: { first: 1, last: 3 },
    says: "1 to 3, not told apart",
    no: [{ first: 2, last: 2 }],
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
