import type { HarmBy } from "../claims/harm";
import { shareText } from "../format/shares";
import type { Churn, HarmedSlice } from "../wire.gen";
import { shareOf } from "./harm";

type Broken = Pick<HarmedSlice, "n" | "flips" | "mended">;

/** What instances did that came off worse, and better. */
export function flipWords(by: HarmBy): { readonly worse: string; readonly better: string } {
  if (by === null) return { worse: "broke", better: "mended" };
  return by.goal === "min" ? { worse: "rose", better: "fell" } : { worse: "fell", better: "rose" };
}

/** "Broke most", "Fell most": of the largest share of a slice. */
export function mostWords(by: HarmBy): string {
  const { worse } = flipWords(by);
  return `${worse[0]?.toUpperCase() ?? ""}${worse.slice(1)} most`;
}

/** The share that broke or mended. */
export function churnOf({ flips, mended, n }: Broken): number {
  return (flips + mended) / n;
}

/** "12 of 80 right → wrong, 3 wrong → right"; of a score "40 of 60 fell, 3 rose". */
export function brokenWords({ flips, mended, n }: Broken, by: HarmBy): string {
  const [broke, of, back] = [flips, n, mended].map((count) => count.toLocaleString("en"));
  if (by === null) return `${broke} of ${of} right → wrong, ${back} wrong → right`;
  const { worse, better } = flipWords(by);
  return `${broke} of ${of} ${worse}, ${back} ${better}`;
}

/** "131 broke, 45 mended of 3,188 (churn 5.5 %)". */
export function churnWords({ n, broke, mended }: Churn, by: HarmBy): string {
  const [of, lost, back] = [n, broke, mended].map((count) => count.toLocaleString("en"));
  const { worse, better } = flipWords(by);
  return `${lost} ${worse}, ${back} ${better} of ${of} (churn ${shareText((broke + mended) / n)})`;
}

/** " (all others: 2.1 % broke)", of what is not in the slice; "" where there is nothing else. */
export function othersWords({ rest }: Pick<HarmedSlice, "rest">, by: HarmBy): string {
  return rest.n ? ` (all others: ${shareText(shareOf(rest))} ${flipWords(by).worse})` : "";
}
