import { changeOfNumbers, changeText } from "../format/change";
import { metricFormat } from "../format/metric_format";
import type { MetricSpec } from "../wire.gen";
import type { Waterfall, WaterfallMetric } from "./waterfall";

/** A row of the picture: a step, what is left over, or one of the two models. */
export interface PictureRow {
  readonly id: string;
  /** "+", "−", "⇄", "="; "" of the others. */
  readonly sign: string;
  readonly text: string;
  readonly strong: boolean;
}

/** One bar: from where to where, as shares of its panel. */
export interface PictureBar {
  readonly from: number;
  readonly to: number;
  /** Both ends of the interval; null without one. */
  readonly interval: readonly [number, number] | null;
  readonly look: "better" | "worse" | "open" | "end";
  /** "−1.2 pt", "83.1 %"; "–". */
  readonly text: string;
  /** "±0.3"; "". */
  readonly about: string;
}

export interface PicturePanel {
  readonly metric: WaterfallMetric;
  /** By row; null where there is nothing to draw. */
  readonly bars: readonly PictureBar[];
}

export interface WaterfallPicture {
  readonly rows: readonly PictureRow[];
  readonly panels: readonly PicturePanel[];
}

const SIGNS = { added: "+", removed: "−", changed: "⇄", shared: "=", start: "⇄" } as const;

/** Rows and bars of a waterfall; interaction and what is open have rows only where there is some. */
export function waterfallPicture(given: Waterfall): WaterfallPicture {
  const { from, to, steps, metrics } = given;
  const interacts = metrics.some(({ interaction }) => interaction !== 0);
  const open = metrics.some((metric) => metric.open !== 0);
  const rows: PictureRow[] = [
    { id: "from", sign: "", text: from.id, strong: true },
    ...steps.map(({ kind, phrase }, at) => ({
      id: String(at),
      sign: SIGNS[kind],
      text: phrase,
      strong: false,
    })),
    ...(interacts ? [leftOver("interaction", "interaction of shared steps")] : []),
    ...(open ? [leftOver("open", "not measured on the way")] : []),
    { id: "to", sign: "", text: to.id, strong: true },
  ];
  return { rows, panels: metrics.map((metric) => panelOf(metric, interacts, open)) };
}

function leftOver(id: string, text: string): PictureRow {
  return { id, sign: "", text, strong: false };
}

/** Room at both ends of a panel, as a share of it. */
const ROOM = 0.06;

function panelOf(metric: WaterfallMetric, interacts: boolean, open: boolean): PicturePanel {
  const { spec, start, end, cells } = metric;
  const parts = [
    ...cells.map(({ by, reach, verdict, joined }) => ({
      by,
      reach,
      look: verdict === "better" || verdict === "worse" ? verdict : ("open" as const),
      joined,
    })),
    ...(interacts
      ? [{ by: metric.interaction, reach: null, look: "open" as const, joined: 0 }]
      : []),
    ...(open ? [{ by: metric.open, reach: null, look: "open" as const, joined: 0 }] : []),
  ];
  const ends: [number, number][] = [];
  let at = start;
  for (const { by } of parts) {
    ends.push([at, at + (by ?? 0)]);
    at += by ?? 0;
  }
  const [low, high] = domainOf(
    [start, end, ...ends.flat()],
    parts.map(({ reach }, part) => [ends[part]![1], reach]),
  );
  const share = (value: number): number => {
    const at = high > low ? (value - low) / (high - low) : 0.5;
    return Math.min(1, Math.max(0, ROOM + at * (1 - 2 * ROOM)));
  };
  const endBar = (value: number): PictureBar => ({
    from: share(value),
    to: share(value),
    interval: null,
    look: "end",
    text: metricFormat(spec).full(value),
    about: "",
  });
  return {
    metric,
    bars: [
      endBar(start),
      ...parts.map(({ by, reach, look, joined }, part): PictureBar => {
        const [before, after] = ends[part]!;
        return {
          from: share(before),
          to: share(after),
          interval: reach === null ? null : [share(after - reach), share(after + reach)],
          look,
          text: by === null ? "–" : byText(by, spec),
          about: [reach === null || by === null ? "" : reachText(reach, spec), joined ? "†" : ""]
            .filter(Boolean)
            .join(" "),
        };
      }),
      endBar(end),
    ],
  };
}

/** Ends of a panel: intervals take no more room than the values themselves, and end at its edge. */
function domainOf(
  values: readonly number[],
  intervals: readonly (readonly [at: number, reach: number | null])[],
): [low: number, high: number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const most = high > low ? (high - low) / 2 : Infinity;
  const reaching = intervals.flatMap(([at, reach]) => {
    const shown = Math.min(reach ?? 0, most);
    return [at - shown, at + shown];
  });
  return [Math.min(low, ...reaching), Math.max(high, ...reaching)];
}

/** "−1.2 pt", "+3.4 MB", "±0": in the unit in which steps add up. */
export function byText(by: number, spec: MetricSpec): string {
  const { kind, amount } = changeOfNumbers(by, 0, spec);
  return changeText(
    {
      kind: kind === "points" ? "points" : "absolute",
      amount: kind === "points" ? amount : by,
      verdict: null,
    },
    spec,
  );
}

/** "±0.3 pt". */
export function reachText(reach: number, spec: MetricSpec): string {
  return `±${byText(reach, spec).replace(/^\+/, "")}`;
}
