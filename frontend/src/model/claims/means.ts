import type { BehaviorMeasure, Calibration, Change, Divergence } from "../wire.gen";
import type { Verdict } from "./changes";
import { said, type Claim } from "./claim";

/** A change of a mean, and which way is better. */
export interface MeanFacts {
  readonly change: Pick<Change, "value" | "p" | "reason" | "seeds">;
  readonly goal: BehaviorMeasure["goal"];
}

/** More than noise at 5 %; of slices p is corrected for all that are looked at. */
const SURE = 0.05;

const isSure = ({ change: { p, value } }: MeanFacts): boolean =>
  p !== null && p < SURE && value !== null && value !== 0;
const isFor = ({ change, goal }: MeanFacts, way: "max" | "min"): boolean =>
  goal !== null && (change.value ?? 0) > 0 === (goal === way);

const better: Claim<MeanFacts> = {
  id: "mean.better",
  may: (facts) => isSure(facts) && isFor(facts, "max"),
  words: () => "better",
};

const worse: Claim<MeanFacts> = {
  id: "mean.worse",
  may: (facts) => isSure(facts) && isFor(facts, "min"),
  words: () => "worse",
};

const open: Claim<MeanFacts> = {
  id: "mean.open",
  may: ({ change: { p } }) => p !== null && p >= SURE,
  words: () => "cannot tell",
};

const untested: Claim<MeanFacts> = {
  id: "mean.untested",
  may: ({ change: { p, reason } }) => p === null && reason !== undefined,
  words: () => "no test",
};

const seeds: Claim<MeanFacts> = {
  id: "mean.seeds",
  may: (facts) => isSure(facts) && (facts.change.seeds ?? 0) > 0,
  words: ({ change }) => `more than ${change.seeds} seeds differ`,
};

/** Whether a change is known to be for the better or the worse; null where it is not. */
export function meanVerdict(
  change: MeanFacts["change"],
  goal: MeanFacts["goal"],
): Extract<Verdict, "better" | "worse"> | null {
  const facts = { change, goal };
  return better.may(facts) ? "better" : worse.may(facts) ? "worse" : null;
}

/** What is not known of a change, or that seeds do not explain it; "" where p says all. */
export function meanWords(change: MeanFacts["change"], goal: MeanFacts["goal"]): string {
  return said({ change, goal }, open, untested, seeds);
}

const asCalibrated: Claim<Calibration> = {
  id: "calibration.chance",
  may: ({ ece, chance_high: high }) => ece <= high,
  words: () => "no more than a calibrated model shows by chance",
};

const uncalibrated: Claim<Calibration> = {
  id: "calibration.more",
  may: (facts) => !asCalibrated.may(facts),
  words: () => "more than a calibrated model shows by chance",
};

/** ECE beside what chance alone makes of it. */
export function calibrationWords(calibration: Calibration): string {
  return said(calibration, asCalibrated, uncalibrated);
}

const rounding: Claim<Divergence> = {
  id: "kl.rounding",
  may: ({ mean, rounding: most }) => mean <= most,
  words: () => "no more than rounding makes",
};

export function divergenceWords(divergence: Divergence): string {
  return said(divergence, rounding);
}

export const MEAN_CLAIMS = [better, worse, open, untested, seeds];
export const CALIBRATION_CLAIMS = [asCalibrated, uncalibrated];
export const DIVERGENCE_CLAIMS = [rounding];
