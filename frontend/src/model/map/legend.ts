import { inkOn, rampColour, rampStops, type Theme } from "../colour/palette";
import type { Scene, SceneNode } from "./scene";
import type { ColourScale, SizeScale } from "./scales";
import { isLive } from "../labels/standing";
import { metricFormat, metricLabel } from "../format/metric_format";
import type { Resolution } from "../tradeoffs/near_best";

/** A value on a ramp. */
export interface RampTick {
  readonly text: string;
  /** 0 at the left end, 1 at the right. */
  readonly share: number;
  /** The colour in which its text reads on the ramp. */
  readonly ink: string;
}

export interface RampLegend {
  readonly title: string;
  /** Colours from the low end to the high end. */
  readonly stops: readonly string[];
  /** Texts of the two ends, with their unit; "≤ 84 %" where values beyond share the colour. */
  readonly low: string;
  readonly high: string;
  /** "← better", "better →", or "" where the metric has no direction; of changes, also "worse". */
  readonly lowNote: string;
  readonly highNote: string;
  /** Values between the ends, where they are not evenly spread. */
  readonly ticks: readonly RampTick[];
  /** Whether colours are finer near the best; null where that cannot be chosen. */
  readonly resolution: Resolution | null;
}

export interface SizeLegend {
  readonly title: string;
  readonly circles: readonly { readonly text: string; readonly radius: number }[];
}

/** Kinds of marks of which at least one is in the map. */
export interface MarkLegend {
  readonly notLogged: boolean;
  readonly failed: boolean;
  readonly running: boolean;
  readonly missing: boolean;
  readonly assumed: boolean;
  readonly further: boolean;
  /** Roots among models coloured by their change against a parent. */
  readonly noParent: boolean;
  /** Models on the Pareto front. */
  readonly front: boolean;
  /** Models that the search or the filters leave out. */
  readonly faded: boolean;
}

/** What each kind of mark is called, in the order of the legend. */
export const MARK_NAMES: readonly (readonly [keyof MarkLegend, string])[] = [
  ["front", "on the Pareto front"],
  ["faded", "left out"],
  ["notLogged", "no number"],
  ["noParent", "no parent"],
  ["failed", "failed"],
  ["running", "running"],
  ["missing", "missing parent"],
  ["assumed", "assumed parent"],
  ["further", "further parent"],
];

export function rampLegend(scale: ColourScale, theme: Theme): RampLegend {
  const { text, kind, better, low, high } = scale;
  const label = metricLabel(scale.spec);
  const title = kind === "change" ? `${label} vs parent` : label;
  if (low === high) {
    const only = rampColour(scale.strength(low), theme, kind);
    return {
      title,
      stops: [only, only],
      low: "",
      high: text(high),
      lowNote: "",
      highNote: "",
      ticks: [],
      resolution: null,
    };
  }
  const stops = rampStops(theme, kind);
  const words = { low: "", high: "" };
  if (better) words[better] = "better";
  if (better && kind === "change") words[better === "low" ? "high" : "low"] = "worse";
  return {
    title,
    stops: better === "low" ? stops.reverse() : stops,
    low: (scale.clampedLow ? "≤ " : "") + text(low),
    high: (scale.clampedHigh ? "≥ " : "") + text(high),
    lowNote: words.low && `← ${words.low}`,
    highNote: words.high && `${words.high} →`,
    ticks: rampTicks(scale, theme),
    resolution: scale.resolution,
  };
}

/** Of longer texts only the one in the middle fits. */
const LONG = 7;

function rampTicks(scale: ColourScale, theme: Theme): RampTick[] {
  const { bare } = metricFormat(scale.spec);
  const ticks = scale.ticks.map((value) => {
    const strength = scale.strength(value);
    const share = scale.better === "low" ? 1 - strength : strength;
    return { text: bare(value), share, ink: inkOn(strength, theme) };
  });
  const fits = ticks.every(({ text }) => text.length <= LONG);
  return fits ? ticks : ticks.filter((_, index) => index === (ticks.length - 1) / 2);
}

export function sizeLegend(scale: SizeScale): SizeLegend {
  const { full } = metricFormat(scale.spec);
  return {
    title: metricLabel(scale.spec),
    circles: scale.examples.map((value) => ({ text: full(value), radius: scale.radius(value) })),
  };
}

export function markLegend(
  { nodes, edges, further }: Scene,
  front: ReadonlySet<string>,
  coloured: boolean,
): MarkLegend {
  const has = (test: (node: SceneNode) => boolean) => nodes.some(test);
  const status = (wanted: string) => has(({ model }) => model.status === wanted);
  return {
    notLogged:
      coloured &&
      has(
        ({ strength, hollow, model }) => strength === null && !hollow && model.status !== "missing",
      ),
    failed: status("failed"),
    running: has(({ model }) => isLive(model)),
    missing: status("missing"),
    assumed: [...edges, ...further].some(({ assumed }) => assumed),
    further: further.length > 0,
    noParent: has(({ hollow, model }) => hollow && model.status !== "missing"),
    front: has(({ key }) => front.has(key)),
    faded: has(({ faded }) => faded),
  };
}
