import { STUDENT_T_975 } from "../wire.gen";

/** What is beyond the table counts as its end, which widens. */
const MOST_DEGREES = STUDENT_T_975.length;

/**
 * What 2.5 % of Student's t exceed. Degrees of freedom count from 1; a broken number, as Welch's
 * test gives, is rounded down: that widens too.
 */
export function studentT975(degreesOfFreedom: number): number {
  return STUDENT_T_975[wholeDegrees(degreesOfFreedom) - 1] ?? NaN;
}

const quantiles = new Map<string, number>();

/**
 * What |t| exceeds in 5 % of the cases divided by `comparisons` (Bonferroni), so that of so many
 * tests of nothing any claims something in 5 % at most.
 */
export function corrected(degreesOfFreedom: number, comparisons: number): number {
  if (comparisons <= 1) return studentT975(degreesOfFreedom);
  const degrees = wholeDegrees(degreesOfFreedom);
  const name = `${degrees} ${comparisons}`;
  let found = quantiles.get(name);
  if (found === undefined) {
    quantiles.set(name, (found = quantileOf(0.05 / comparisons, degrees)));
  }
  return found;
}

function wholeDegrees(degreesOfFreedom: number): number {
  return Math.max(1, Math.floor(Math.min(degreesOfFreedom, MOST_DEGREES)));
}

/** Halving on a logarithmic scale: 60 steps are all digits. */
function quantileOf(share: number, degrees: number): number {
  let [low, high] = [1, 1e12];
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (shareBeyond(middle, degrees) > share) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Which share of |t| is beyond `t` with ν degrees of freedom: ∫ sinᵛ⁻¹ from 0 to atan(√ν / t), of
 * that to π/2 (t = √ν / tan φ). Small shares keep their digits.
 */
export function shareBeyond(t: number, degrees: number): number {
  const angle = Math.atan2(Math.sqrt(degrees), t);
  const height = (at: number): number => Math.sin(at) ** (degrees - 1);
  return simpson(height, angle) / simpson(height, Math.PI / 2);
}

const STEPS = 200;

function simpson(height: (at: number) => number, to: number): number {
  let sum = height(0) + height(to);
  for (let step = 1; step < STEPS; step++) {
    sum += (step % 2 ? 4 : 2) * height((to * step) / STEPS);
  }
  return (sum * to) / STEPS / 3;
}
