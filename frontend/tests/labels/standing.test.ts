import { expect, test } from "vitest";

import { isLive, standingText, standingWord } from "../../src/model/labels/standing";
import { model } from "../builders";

const HOUR = 3600;
const NOW = 1_790_000_000;

test.each([
  [{}, "", "", false],
  [{ status: "running" }, "running", "running", true],
  [{ status: "running", silent: true }, "silent", "running · last word 5 h ago", false],
  [{ status: "failed", reason: "NaN" }, "failed", "failed: NaN", false],
  [{ status: "missing" }, "missing", "named as a parent, but no run has logged it", false],
  [
    { status: "missing", unread: true },
    "not read",
    "named as a parent, but not among what was read so far",
    false,
  ],
] as const)("%o", (given, word, text, live) => {
  const one = model("m", { ...given, updated: NOW - 5.5 * HOUR });
  expect(standingWord(one)).toBe(word);
  expect(standingText(one, NOW * 1000)).toBe(text);
  expect(isLive(one)).toBe(live);
});
