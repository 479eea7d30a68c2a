import { expect, test } from "vitest";

import { elapsed } from "../../src/model/format/elapsed";

test.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3 * 3600, "3 h"],
  [86_400, "1 day"],
  [5.5 * 86_400, "5 days"],
  [-3, "0 s"],
])("%d seconds are %s", (seconds, text) => expect(elapsed(seconds)).toBe(text));
