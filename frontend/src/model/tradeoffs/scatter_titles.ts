import { goalWords } from "../metrics/measurement";
import { metricHeading } from "../format/metric_format";
import { rampLegend } from "../map/legend";
import type { ColourScale } from "../map/scales";
import type { MetricSpec } from "../wire.gen";

/** What a saved scatter says of its axes, its colours and its sizes. */
export function scatterTitles(
  x: MetricSpec,
  y: MetricSpec,
  colour: ColourScale | null,
  size: MetricSpec | null,
): { x: string; y: string; legend: string } {
  const legend = [colour && colourText(colour), size && `size: ${metricHeading(size)}`];
  return { x: axisTitle(x), y: axisTitle(y), legend: legend.filter(Boolean).join(" · ") };
}

function axisTitle(spec: MetricSpec): string {
  if (!spec.goal) return metricHeading(spec);
  return `${metricHeading(spec)} (${goalWords(spec)})`;
}

function colourText(scale: ColourScale): string {
  const { title, low, high, highNote, resolution } = rampLegend(scale, "light");
  const text = `colour: ${title}, ${low ? `${low} to ${high}` : high} ${highNote}`.trim();
  return resolution === "best" ? `${text}, finer near the best` : text;
}
