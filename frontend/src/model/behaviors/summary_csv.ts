import type { CsvCell } from "../format/file_text";
import type { BehaviorSummary, ModelBehavior } from "../wire.gen";

type Column = [name: string, of: (model: ModelBehavior) => CsvCell];

const COLUMNS: readonly Column[] = [
  ["n", ({ n }) => n],
  ["shared with the base", ({ n_shared }) => n_shared],
  ["mean", ({ value }) => value?.value ?? null],
  ["mean low", ({ value }) => value?.low ?? null],
  ["mean high", ({ value }) => value?.high ?? null],
  ["change", ({ change }) => change?.value ?? null],
  ["change low", ({ change }) => change?.low ?? null],
  ["change high", ({ change }) => change?.high ?? null],
  ["p", ({ change }) => change?.p ?? null],
  ["test", ({ change }) => change?.test ?? null],
  ["why no test", ({ change }) => change?.reason ?? null],
  ["seeds in the test", ({ change }) => change?.seeds ?? null],
  ["groups", ({ change }) => change?.groups ?? null],
  ["ratio", ({ change }) => change?.ratio?.value ?? null],
  ["ratio low", ({ change }) => change?.ratio?.low ?? null],
  ["ratio high", ({ change }) => change?.ratio?.high ?? null],
  ["error rate", ({ error }) => error],
  ["error rate, relative change", ({ error_relative }) => error_relative],
  ["stayed right", ({ outcomes }) => outcomes?.both_right ?? null],
  ["right to wrong", ({ outcomes }) => outcomes?.negative ?? null],
  ["wrong to right", ({ outcomes }) => outcomes?.positive ?? null],
  ["stayed wrong", ({ outcomes }) => outcomes?.both_wrong ?? null],
  ["wrong in another way", ({ outcomes }) => outcomes?.changed_wrong ?? null],
  ["same answers", ({ agreement }) => agreement?.value ?? null],
  ["ECE", ({ calibration }) => calibration?.ece ?? null],
  ["ECE by chance", ({ calibration }) => calibration?.chance ?? null],
  ["ECE by chance, 95 %", ({ calibration }) => calibration?.chance_high ?? null],
  ["NLL", ({ nll }) => nll?.value ?? null],
  ["Brier", ({ brier }) => brier?.value ?? null],
  ["KL n", ({ kl }) => kl?.n ?? null],
  ["KL mean", ({ kl }) => kl?.mean ?? null],
  ["KL by rounding", ({ kl }) => kl?.rounding ?? null],
  ["KL median", ({ kl }) => kl?.median ?? null],
  ["KL 90 %", ({ kl }) => kl?.p90 ?? null],
  ["KL 95 %", ({ kl }) => kl?.p95 ?? null],
  ["KL 99 %", ({ kl }) => kl?.p99 ?? null],
  ["KL largest", ({ kl }) => kl?.max ?? null],
];

/** The summary as a file: a row per model, without the columns that none has. */
export function summaryCsv(
  { models, measure }: BehaviorSummary,
  nameOf: (key: string) => string,
): CsvCell[][] {
  const columns = COLUMNS.filter(([, of]) => models.some((model) => of(model) !== null));
  return [
    ["model", "measure", ...columns.map(([name]) => name)],
    ...models.map((model) => [nameOf(model.key), measure, ...columns.map(([, of]) => of(model))]),
  ];
}
