import type { Calibration, Divergence } from "../../src/model/wire.gen";
import { harmedSlice, measure, modelHarm } from "../behaviors/builders";
import type { Case } from "./case";

export const HARMFUL = modelHarm("m", {
  harmed: 2,
  tested: 42,
  pairs_harmed: 1,
  pairs_tested: 300,
});
export const CLEAN = modelHarm("m");
export const SEEDED = { retrained: true, replicates: 3 };
export const REASON = "Trained again: log replicates.";
export const HARMED = harmedSlice("m", { q: 0.0499 });
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
export const UNHARMED = [
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

/** What is said of predictions: harm, means, calibration, divergence. */
export const OF_PREDICTIONS: Readonly<Record<string, Case>> = {
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
    says: "No slice stands out; in a slice of 100, up to 12 pt more broken than in the rest could be missed",
    no: [...[...UNTOLD, CUT].map((harm) => ({ harm, by: null })), { harm: CLEAN, by: F1 }],
  },
  "harm.unseenscore": {
    yes: { harm: CLEAN, by: F1 },
    says: "No slice stands out; in a slice of 100, F1 worse by up to 0.118 than in the rest could be missed",
    no: [...[...UNTOLD, CUT].map((harm) => ({ harm, by: F1 })), { harm: CLEAN, by: null }],
  },
  "harm.cut": {
    yes: { harm: CUT, by: null },
    says: /^Nothing stands out in what was searched, without 3 pairs of attributes; in a slice of 100, up to 12 pt more/,
    no: [...[...UNTOLD, CLEAN].map((harm) => ({ harm, by: null })), { harm: CUT, by: F1 }],
  },
  "harm.cutscore": {
    yes: { harm: CUT, by: F1 },
    says: /^Nothing stands out .* in a slice of 100, F1 worse by up to 0.118 than in the rest could be missed/,
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
};
