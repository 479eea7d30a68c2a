/** Limits that Python reads as well: tests/limits/test_limit.py holds the same corpus. */
import { expect, test } from "vitest";

import type { Limit } from "../../src/model/tradeoffs/budget";
import { readLimit } from "../../src/model/format/limit_text";
import type { MetricSpec } from "../../src/model/wire.gen";
import { spec } from "../builders";
import corpus from "../../../tests/golden/limits.json?raw";

interface Case extends Partial<Pick<MetricSpec, "format" | "low" | "high">> {
  text: string;
  unit: string;
  limit: Pick<Limit, "bound" | "value" | "relation"> | null;
}

const cases = JSON.parse(corpus) as Case[];

test.each(cases)("$text in “$unit”", ({ text, limit, ...scale }) => {
  const before: Limit = { metric: "m", bound: "at_most", relation: "absolute", value: 7 };
  const read = readLimit(text, spec("m", scale), before);
  expect(read.limit).toEqual(limit && { metric: "m", ...limit });
});
