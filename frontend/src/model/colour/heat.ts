/** So much of the colour of better or worse is mixed into the ground at most, in per cent. */
const MOST = { sure: 45, unsure: 14 };

/**
 * The ground of a number that became better (0…1) or worse (−1…0), on which ink stays legible;
 * faint where noise alone may have made it.
 */
export function heatGround(strength: number, sure = true): string {
  const end = strength < 0 ? "var(--worse)" : "var(--better)";
  const size = Math.min(1, Math.abs(strength));
  const share = Math.round(size * (sure ? MOST.sure : MOST.unsure));
  return share === 0 ? "" : `color-mix(in oklab, ${end} ${share}%, var(--background))`;
}
