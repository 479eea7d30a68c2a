import { metricFormat, NOT_LOGGED } from "../format/metric_format";
import { roundedNumber } from "../format/numbers";
import type { MetricSpec } from "../wire.gen";

/** What Behaviors and Layers measure, so far as it is written like a metric. */
export interface Measure {
  readonly label: string;
  readonly unit: string;
  readonly goal: MetricSpec["goal"];
  /** Whether it is a share of one, written as per cent. */
  readonly rate?: boolean;
}

/** How a number without a format of its own is written. */
export function plainSpec(unit: string, given: Partial<MetricSpec> = {}): MetricSpec {
  return {
    name: "",
    goal: null,
    guessed: false,
    unit,
    format: "",
    low: null,
    high: null,
    primary: true,
    budget: null,
    scalar: "",
    description: "",
    ...given,
  };
}

/** A plain number. */
export const NUMBER = plainSpec("");

const RATE = { format: ".1%", low: 0, high: 1 };

const specs = new WeakMap<Measure, MetricSpec>();

/** The measure as metrics are written: a rate as per cent. */
export function measureSpec(measure: Measure): MetricSpec {
  let spec = specs.get(measure);
  if (!spec) {
    const { label: name, goal, rate, unit } = measure;
    spec = rate ? plainSpec("", { name, goal, ...RATE }) : plainSpec(unit, { name, goal });
    specs.set(measure, spec);
  }
  return spec;
}

/** "SQNR, dB". */
export function measureHeading({ label, unit }: Measure): string {
  return unit ? `${label}, ${unit}` : label;
}

/** A plain number as briefly as in a table: "0.124", "1.2 M". */
export function shortNumber(value: number): string {
  return metricFormat(NUMBER).bare(value);
}

/** Six digits, for a tooltip. */
export function exactText(value: number | null, { rate, unit }: Measure): string {
  if (value === null) return NOT_LOGGED;
  if (rate) return `${roundedNumber(value * 100)}\u202f%`;
  return unit ? `${roundedNumber(value)}\u202f${unit}` : roundedNumber(value);
}
