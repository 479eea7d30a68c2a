import type { Caption } from "../charts/caption";
import { BAR_WORDS, intervalWords } from "../claims/waterfall";
import { toCsv, type CsvCell } from "../format/file_text";
import { briefId } from "../labels/short_ids";
import { metricFormat } from "../format/metric_format";
import type { Waterfall } from "./waterfall";

const SQUARE = "M-4.5,-4.5h9v9h-9z";

/** What a saved picture of the waterfall says around it. */
export function waterfallCaption(
  { from, to, steps }: Waterfall,
  words: readonly string[],
): Caption {
  return {
    title: `${briefId(to.id)} against ${briefId(from.id)}, step by step`,
    legend: [
      { text: BAR_WORDS.better, colour: "var(--better)", path: SQUARE },
      { text: BAR_WORDS.worse, colour: "var(--worse)", path: SQUARE },
      { text: BAR_WORDS.open, colour: "var(--point)", path: SQUARE },
    ],
    note: [
      ...words,
      `${intervalWords(steps.length)}; †: with steps before it that were not measured`,
    ].join(". "),
  };
}

/** A line for each step, with what it did to each metric; then what is left over, and the total. */
export function waterfallCsv({ from, to, steps, metrics }: Waterfall): string {
  const heads = metrics.flatMap(({ spec }) => {
    const { unit } = metricFormat(spec);
    const name = unit && !spec.unit ? spec.name : [spec.name, spec.unit].filter(Boolean).join(", ");
    return [name, `${name} ±`, `${spec.name} verdict`];
  });
  const line = (
    kind: string,
    step: string,
    cellsOf: (metric: Waterfall["metrics"][number]) => CsvCell[],
  ): CsvCell[] => [kind, step, ...metrics.flatMap(cellsOf)];
  return toCsv([
    ["kind", "step", ...heads],
    line("from", from.id, ({ start }) => [start, null, ""]),
    ...steps.map(({ kind, phrase }, at) =>
      line(kind, phrase, ({ cells }) => {
        const { by, reach, verdict } = cells[at]!;
        return [by, reach, verdict ?? ""];
      }),
    ),
    line("interaction", "", ({ interaction }) => [interaction, null, ""]),
    line("not measured on the way", "", ({ open }) => [open, null, ""]),
    line("total", "", ({ start, end, reach, total }) => [end - start, reach, total?.verdict ?? ""]),
    line("to", to.id, ({ end }) => [end, null, ""]),
  ]);
}
