import { counted } from "../format/numbers";
import { metricLabel } from "../format/metric_format";
import { byText } from "../waterfall/picture";
import type { Waterfall } from "../waterfall/waterfall";
import { said, type Claim } from "./claim";

/** The step that lost most of a metric. */
export interface CostliestFacts {
  readonly step: string;
  readonly metric: string;
  readonly by: string;
  /** Whether it is worse by the rules of changes, and no other step lost as much. */
  readonly told: boolean;
  readonly alone: boolean;
  /** Its loss as a share of the largest change that any step made. */
  readonly share: number;
}

/** Less than this share of the largest change is not worth a sentence. */
const NOTABLE = 0.1;

const costliest: Claim<CostliestFacts> = {
  id: "waterfall.costliest",
  may: ({ told, alone, share }) => told && alone && share >= NOTABLE,
  words: ({ step, metric, by }) => `${step} costs most ${metric}: ${by}`,
};

/** Whether steps add up to a total, and what else does. */
export interface SumFacts {
  readonly interacts: readonly string[];
  readonly open: readonly string[];
}

const sums: Claim<SumFacts> = {
  id: "waterfall.sums",
  may: ({ interacts, open }) => interacts.length === 0 && open.length === 0,
  words: () => "Steps add up to the total",
};

const interaction: Claim<SumFacts> = {
  id: "waterfall.interaction",
  may: ({ interacts, open }) => interacts.length > 0 && open.length === 0,
  words: ({ interacts }) =>
    `In ${interacts.join(", ")} a part is interaction: steps of both recipes did not do the same in both`,
};

const open: Claim<SumFacts> = {
  id: "waterfall.open",
  may: (facts) => facts.open.length > 0,
  words: (facts) =>
    `In ${facts.open.join(", ")} a part belongs to no step: not all was measured on the way`,
};

/** How the steps of a waterfall add up. */
export function sumWords({ metrics }: Waterfall): string {
  const named = (has: (metric: Waterfall["metrics"][number]) => boolean): string[] =>
    metrics.filter(has).map(({ spec }) => metricLabel(spec));
  const facts = {
    interacts: named((metric) => metric.interaction !== 0),
    open: named((metric) => metric.open !== 0),
  };
  return said(facts, sums, interaction, open);
}

/** What cost most of each metric that has a goal; metrics of which nothing may be said are left out. */
export function costliestWords({ metrics, steps }: Waterfall): string[] {
  return metrics.flatMap(({ spec, cells }) => {
    if (spec.goal === null) return [];
    const sign = spec.goal === "max" ? -1 : 1;
    const losses = cells.map(({ by }) => (by === null ? -Infinity : sign * by));
    const most = Math.max(...losses);
    const at = losses.indexOf(most);
    const cell = cells[at];
    if (!cell || !(most > 0)) return [];
    const words = said(
      {
        step: (steps[at]!.kind === "removed" ? "without " : "") + steps[at]!.phrase,
        metric: metricLabel(spec),
        by: byText(cell.by!, spec),
        told: cell.verdict === "worse",
        share: most / Math.max(...cells.map((each) => Math.abs(each.by ?? 0))),
        alone: losses.filter((loss) => loss >= most).length === 1,
      },
      costliest,
    );
    return words ? [words] : [];
  });
}

/** What the colours of bars mean: the verdicts of changes. */
export const BAR_WORDS = {
  better: "better",
  worse: "worse",
  open: "cannot tell, no goal, or no verdict",
} as const;

/** What stands beside numbers: "± 95 %, corrected for 3 steps; without ±: one value each, spread not known". */
export function intervalWords(steps: number): string {
  return `±: 95\u202f%, corrected for ${counted(steps, "step")}; without ±: one value each, spread not known`;
}

export const WATERFALL_CLAIMS = [costliest];
export const SUM_CLAIMS = [sums, interaction, open];
