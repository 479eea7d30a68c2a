import { rampColour, rampStops, type Theme } from "./colour_ramp";
import type { PlacedModel } from "./map_layout";
import { metricValue, type ColourScale, type SizeScale } from "./map_scales";
import { metricFormat, metricLabel } from "./metric_format";

export interface RampLegend {
  readonly title: string;
  /** Colours from the low end to the high end. */
  readonly stops: readonly string[];
  /** Texts of the two ends, with their unit; "≤ 84 %" where values beyond share the colour. */
  readonly low: string;
  readonly high: string;
  /** "← better", "better →", or "" where the metric has no direction. */
  readonly lowNote: string;
  readonly highNote: string;
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
}

export function rampLegend(scale: ColourScale, theme: Theme): RampLegend {
  const { full } = metricFormat(scale.spec);
  const stops = rampStops(theme);
  const flipped = scale.better === "low";
  if (scale.low === scale.high) {
    const only = rampColour(scale.strength(scale.low), theme);
    const title = metricLabel(scale.spec);
    return {
      title,
      stops: [only, only],
      low: "",
      high: full(scale.high),
      lowNote: "",
      highNote: "",
    };
  }
  return {
    title: metricLabel(scale.spec),
    stops: flipped ? stops.reverse() : stops,
    low: (scale.clampedLow ? "≤ " : "") + full(scale.low),
    high: (scale.clampedHigh ? "≥ " : "") + full(scale.high),
    lowNote: scale.better === "low" ? "← better" : "",
    highNote: scale.better === "high" ? "better →" : "",
  };
}

export function sizeLegend(scale: SizeScale): SizeLegend {
  const { full } = metricFormat(scale.spec);
  return {
    title: metricLabel(scale.spec),
    circles: scale.examples.map((value) => ({ text: full(value), radius: scale.radius(value) })),
  };
}

export function markLegend(placed: readonly PlacedModel[], colour: ColourScale | null): MarkLegend {
  const has = (test: (place: PlacedModel) => boolean) => placed.some(test);
  return {
    notLogged: has(
      ({ model }) =>
        colour !== null &&
        model.status !== "missing" &&
        metricValue(model, colour.spec.name) === null,
    ),
    failed: has(({ model }) => model.status === "failed"),
    running: has(({ model }) => model.status === "running"),
    missing: has(({ model }) => model.status === "missing"),
    assumed: has(({ model }) => (model.assumed?.length ?? 0) > 0),
    further: has(({ furtherParents }) => furtherParents.length > 0),
  };
}
