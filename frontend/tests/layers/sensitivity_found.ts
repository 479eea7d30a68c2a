import type { Sensitivity } from "../../src/model/wire.gen";

const layer = (name: string) => ({
  name,
  module: name,
  kind: "Linear",
  shape: [4, 4],
  dense_bytes: 64,
  tied: [],
});

/** Two layers, two candidates, three steps. */
export const FOUND: Sensitivity = {
  key: "k",
  method: "exact",
  damage: "kl",
  score: "",
  unit: "nats",
  instances: 64,
  tokens: 0,
  groups: 32,
  seconds: 1,
  layers: [layer("a.weight"), layer("b.weight")],
  candidates: [
    { name: "int8", own: false },
    { name: "int4", own: false },
  ],
  cells: {
    damage: [
      [0.01, 0.1],
      [0.02, 0.5],
    ],
    low: [
      [null, null],
      [null, null],
    ],
    high: [
      [null, null],
      [null, null],
    ],
    bytes: [
      [16, 8],
      [16, 8],
    ],
    rank_first: [
      [1, 2],
      [1, null],
    ],
    rank_last: [
      [2, 2],
      [2, null],
    ],
  },
  reasons: [],
  refused: [],
  known: 4,
  dense_bytes: 138,
  other_bytes: 10,
  start: [-1, -1],
  start_bytes: 138,
  start_damage: 0,
  steps: [
    { layer: 0, candidate: 0, bytes: 90, damage: 0.01, low: 0.005, high: 0.02 },
    { layer: 1, candidate: 0, bytes: 42, damage: 0.03, low: 0.01, high: 0.05 },
    { layer: 0, candidate: 1, bytes: 34, damage: 0.12, low: 0.1, high: 0.2 },
  ],
  uniform: [],
  trials: [],
  additivity: null,
};
