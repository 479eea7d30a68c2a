import type { Difference } from "../metrics/known";
import type { MetricSpec } from "../wire.gen";
import type { Claim } from "./claim";

/**
 * "within spread": noise alone may make the difference. "noise unknown": it is more than repeats
 * differ, but each was measured in one process. "cannot tell": one of the two is a bound.
 */
export type Verdict =
  "better" | "worse" | "same" | "within spread" | "noise unknown" | "cannot tell";

/** A change of a metric: by how much, and what noise leaves of it. */
export interface ChangeFacts {
  readonly by: number;
  readonly goal: MetricSpec["goal"];
  readonly seen: Difference;
  /** Whether one of the two is only a bound. */
  readonly isBound: boolean;
}

/** Of replicates a single one may differ to the other side than all of them do. */
const isTold = ({ by, seen }: ChangeFacts): boolean =>
  by !== 0 && seen === (by > 0 ? "larger" : "smaller");
const isFor = ({ by, goal }: ChangeFacts, way: "max" | "min"): boolean =>
  goal !== null && by > 0 === (goal === way);
const isOpen = (facts: ChangeFacts): boolean =>
  facts.by !== 0 && facts.goal !== null && !isTold(facts);

interface VerdictClaim extends Claim<ChangeFacts> {
  readonly verdict: Verdict;
  /** What it leaves open; "" where it says all. */
  readonly open: string;
}

function verdict(of: Verdict, open: string, may: (facts: ChangeFacts) => boolean): VerdictClaim {
  const id = `change.${of.replace(" ", "")}`;
  return { id, verdict: of, open, may, words: () => of };
}

/** The first that may be said is. */
export const CHANGE_CLAIMS = [
  verdict("same", "", ({ by, isBound }) => by === 0 && !isBound),
  verdict("better", "", (facts) => isTold(facts) && isFor(facts, "max")),
  verdict("worse", "", (facts) => isTold(facts) && isFor(facts, "min")),
  verdict(
    "noise unknown",
    "one process each: noise between processes unknown",
    (facts) => isOpen(facts) && facts.seen === "unknown",
  ),
  verdict(
    "cannot tell",
    "a bound: the true value may be on either side",
    (facts) => facts.isBound && (facts.by === 0 || isOpen(facts)),
  ),
  verdict("within spread", "within the spread of what was repeated", isOpen),
] as const;

/** What may be said of a change; null without a goal. */
export function verdictOf(facts: ChangeFacts): Verdict | null {
  return CHANGE_CLAIMS.find(({ may }) => may(facts))?.verdict ?? null;
}

/** What a verdict leaves open, in words; "" where it says all. */
export function openWords(verdict: Verdict): string {
  return CHANGE_CLAIMS.find((one) => one.verdict === verdict)?.open ?? "";
}
