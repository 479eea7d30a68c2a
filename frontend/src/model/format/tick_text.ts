import { bytesText, exactNumber, isPercent, metricFormat } from "./metric_format";
import type { MetricSpec } from "../wire.gen";

/** Beyond these float noise begins: a tick at 0.3 may be 0.30000000000000004. */
const DIGITS = 12;

/** What stands at the ticks of an axis: without idle zeros, no two alike. */
export function tickTexts(ticks: readonly number[], spec: MetricSpec): string[] {
  const { bare } = metricFormat(spec);
  const texts = ticks.map((tick) => withoutIdleZeros(bare(tick)));
  if (allDiffer(texts)) return texts;
  if (writesPrefixes(spec)) {
    for (let digits = 4; digits < DIGITS; digits++) {
      const finer = ticks.map((tick) => withoutIdleZeros(bytesText(tick, digits)));
      if (allDiffer(finer)) return finer;
    }
  }
  const scale = isPercent(spec) ? 100 : 1;
  return ticks.map((tick) => exactNumber(Number((tick * scale).toPrecision(DIGITS))));
}

function writesPrefixes(spec: MetricSpec): boolean {
  return metricFormat(spec).bare(1e6).endsWith("MB");
}

function allDiffer(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

/** "80.00" as "80", "1.20 M" as "1.2 M". */
function withoutIdleZeros(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, (_, digits: string) => (digits === "." ? "" : digits));
}
