import { exactNumber, metricFormat } from "./metric_format";
import type { MetricSpec } from "./wire.gen";

/** Beyond these float noise begins: a tick at 0.3 may be 0.30000000000000004. */
const DIGITS = 12;

/** What stands at the ticks of an axis: without unit, without idle zeros, no two alike. */
export function tickTexts(ticks: readonly number[], spec: MetricSpec): string[] {
  const { unit, bare } = metricFormat(spec);
  const texts = ticks.map((tick) => withoutIdleZeros(bare(tick)));
  if (new Set(texts).size === ticks.length) return texts;
  const scale = unit === "%" && spec.unit.trim() !== "%" ? 100 : 1;
  return ticks.map((tick) => exactNumber(Number((tick * scale).toPrecision(DIGITS))));
}

/** "80.00" as "80", "1.20 M" as "1.2 M". */
function withoutIdleZeros(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, (_, digits: string) => (digits === "." ? "" : digits));
}
