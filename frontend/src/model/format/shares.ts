import { NOT_LOGGED } from "./metric_format";

/** "p < .001", "p .12". */
export function chanceText(chance: number | null, letter: "p" | "q"): string {
  if (chance === null) return "";
  if (chance < 0.001) return `${letter} < .001`;
  const digits = chance < 0.1 ? 3 : 2;
  return `${letter} ${chance.toFixed(digits).replace(/^0/, "")}`;
}

/** A share as "2.1 %"; never 0 or 100 where it is not. */
export function shareText(share: number | null | undefined): string {
  if (share == null) return NOT_LOGGED;
  if (share > 0 && share < 0.00005) return "<\u202f0.01\u202f%";
  if (share < 1 && share > 0.99995) return ">\u202f99.99\u202f%";
  // As many digits as tell it from the nearer end.
  const rest = Math.min(share, 1 - share);
  const digits = rest === 0 || rest >= 0.1 ? 0 : rest >= 0.001 ? 1 : 2;
  return `${(share * 100).toFixed(digits)}\u202f%`;
}
