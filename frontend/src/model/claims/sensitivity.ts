import { said, type Claim } from "./claim";

/** How far sums of layers were from allocations that were measured whole. */
export interface SumFacts {
  readonly trials: number;
  readonly low: number;
  readonly high: number;
}

const times = (value: number): string => `×${value.toFixed(2)}`;

const sums: Claim<SumFacts> = {
  id: "sensitivity.sums",
  sentence: "… whole allocations that were measured came to … to … their sums",
  when: "allocations of two layers or more were measured whole",
  may: ({ trials }) => trials > 0,
  words: ({ trials, low, high }) =>
    `${trials} whole allocations that were measured came to ${times(low)} to ${times(high)} their sums`,
};

const unchecked: Claim<SumFacts> = {
  id: "sensitivity.unchecked",
  sentence: "Whether damages add up was not measured",
  when: "no allocation of two layers or more was measured whole",
  may: ({ trials }) => trials === 0,
  words: () => "Whether damages add up was not measured",
};

/** Whether damages of layers add up. */
export function sumWords(found: SumFacts | null): string {
  return said(found ?? { trials: 0, low: 0, high: 0 }, sums, unchecked);
}

/** Places of a layer among all by one candidate, at best and at worst. */
export interface PlaceFacts {
  readonly first: number;
  readonly last: number;
}

export const notApart: Claim<PlaceFacts> = {
  id: "sensitivity.apart",
  sentence: "… to …, not told apart",
  when: "paired tests over the groups, corrected for all pairs of layers and all candidates, leave a layer more than one place",
  may: ({ first, last }) => last > first,
  words: ({ first, last }) => `${first} to ${last}, not told apart`,
};

export const SENSITIVITY_CLAIMS = [sums, unchecked, notApart] as const;
