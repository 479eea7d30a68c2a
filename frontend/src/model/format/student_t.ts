/** Coefficients of 1/df⁰, 1/df¹, … at 0.975; Abramowitz & Stegun (1964), 26.7.5. */
const EXPANSION = [1.959964, 2.372271, 2.822499, 2.555851, 1.589536] as const;

/**
 * What 2.5 % of Student's t exceed: the half-width of a 95 % interval in standard errors. Degrees
 * of freedom count from 1; a broken number, as Welch's test gives, is rounded down, which widens.
 * Within 0.2 % of the exact value.
 */
export function studentT975(degreesOfFreedom: number): number {
  const df = Math.floor(degreesOfFreedom);
  if (df <= 1) return 12.7062;
  if (df === 2) return 4.30265;
  return EXPANSION.reduce((sum, coefficient, power) => sum + coefficient / df ** power, 0);
}
