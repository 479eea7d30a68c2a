/** Facts of which a claim may be said, what it says of them, and facts at the border, where it may not. */
export interface Case {
  readonly yes: unknown;
  readonly says: string | RegExp;
  readonly no: readonly unknown[];
}

export const LAYER_CASES: Readonly<Record<string, Case>> = {
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
};

export const WATERFALL_CASES: Readonly<Record<string, Case>> = {
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
