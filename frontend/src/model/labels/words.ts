/** Words of the page that not everybody knows; docs/reference/glossary.md begins its entries with the same. */
export const WORDS: readonly [word: string, meaning: string][] = [
  ["base", "the model that others are compared with, marked ◎"],
  ["broke, mended", "right before and wrong after; wrong before and right after"],
  ["churn", "broke + mended: how many answers changed between right and wrong"],
  [
    "front",
    "models for which no other is at least as good on both axes of the trade-offs and better on one, marked ★",
  ],
  [
    "harmed",
    "a slice in which more broke than was mended, and that came off worse than the rest, both beyond chance",
  ],
  ["p", "how often chance alone would make a difference at least this large"],
  [
    "q",
    "a p that is corrected for everything that was looked at together; below .05 it counts as found",
  ],
  ["replicate", "a model that only chance, such as the seed, tells from another"],
  ["sketch", "a small record of a tensor, from which any two tensors of one shape can be compared"],
  ["slice", "a part of the instances: a class, or a value of an attribute"],
  ["spread", "how far repeats or replicates of one measurement lie apart"],
  [
    "SQNR",
    "signal to quantization noise, in dB: how large the values are relative to their change; 20 dB is a tenth, ∞ no change",
  ],
  ["tied", "behind the front, but not by more than the spread, marked ☆"],
  [
    "trained again",
    "its weights were trained after those of the base, so that chance tells them apart too",
  ],
];
