import { extent } from "d3-array";

import { metricFormat, metricLabel } from "../../format/metric_format";
import { counted } from "../../format/numbers";
import type { MetricSpec } from "../../wire.gen";
import type { MapHead } from "../columns";
import type { ModelDescription } from "../describe";
import type { Cell, CellFacts } from "./cell";
import { cellWords, countText } from "./words";

/** Of each metric the lowest and the highest value in the cell. */
export function describeCell(
  cell: Cell,
  head: MapHead,
  facts: CellFacts,
  specs: readonly MetricSpec[],
): ModelDescription {
  const metrics = specs.flatMap((spec) => {
    const [low, high] = extent(cell.nodes, ({ model }) => model.metrics[spec.name]?.value);
    if (low === undefined) return [];
    const { full } = metricFormat(spec);
    const value = low === high ? full(low) : `${full(low)} – ${full(high)}`;
    return [{ name: metricLabel(spec), value, change: "", verdict: "" }];
  });
  const share = facts.onFront > 0 ? `${countText(facts.onFront)} on the Pareto front` : "";
  const failed = facts.failed > 0 ? `${countText(facts.failed)} failed` : "";
  const left = facts.count - facts.logged;
  const missing = left > 0 ? `${countText(left)} without the metric of the colours` : "";
  return {
    id: cell.title.join(" · ") || head.name,
    run: null,
    loggedAs: "",
    operation: `${counted(facts.count, "model")} ${cellWords({ ...cell, title: [] }, head)}`,
    status: [failed, missing].filter(Boolean).join(", "),
    parents: [share, "click to open, Shift + click to select"].filter(Boolean).join(" · "),
    tags: [],
    note: "",
    metrics,
  };
}
