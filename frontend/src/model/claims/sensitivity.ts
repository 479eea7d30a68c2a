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
  may: ({ trials }) => trials > 0,
  words: ({ trials, low, high }) =>
    `${trials} whole allocations that were measured came to ${times(low)} to ${times(high)} their sums`,
};

const unchecked: Claim<SumFacts> = {
  id: "sensitivity.unchecked",
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
  may: ({ first, last }) => last > first,
  words: ({ first, last }) => `${first} to ${last}, not told apart`,
};

export const SENSITIVITY_CLAIMS = [sums, unchecked, notApart] as const;
