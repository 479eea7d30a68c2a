import { rampStops, type Theme } from "./colour_ramp";
import type { Scene } from "./map_scene";
import type { ColourScale, SizeScale } from "./map_scales";
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

export function markLegend(scene: Scene, coloured: boolean): MarkLegend {
  const has = (status: string) => scene.nodes.some((node) => node.model.status === status);
  return {
    notLogged:
      coloured &&
      scene.nodes.some((node) => node.strength === null && node.model.status !== "missing"),
    failed: has("failed"),
    running: has("running"),
    missing: has("missing"),
    assumed: [...scene.edges, ...scene.further].some((edge) => edge.assumed),
    further: scene.further.length > 0,
  };
}
