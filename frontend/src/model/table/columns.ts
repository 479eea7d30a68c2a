import { bareMetric, metricHeading } from "../format/metric_format";
import { primaryFirst } from "./metric_rows";
import { parameterValue } from "../format/operation_words";
import type { MetricSpec, Model, Models, ParameterValue } from "../wire.gen";

export type TableColumn = {
  /** What a link calls it. */
  id: string;
  /** Pixels. */
  width: number;
} & (
  | { kind: "model" | "operation" }
  /** `numeric`: whether all its values are numbers. */
  | { kind: "parameter"; name: string; numeric: boolean }
  | { kind: "metric"; spec: MetricSpec }
);

/**
 * All columns: model, operation, metrics (primary first), parameters (the most used first), which
 * may be many and are seen in the map too.
 */
export function tableColumns({
  models,
  metrics,
}: Pick<Models, "models" | "metrics">): TableColumn[] {
  return [
    {
      kind: "model",
      id: "model",
      width: fittingWidth(models.map(withStatus), ID_WIDTHS),
    },
    { kind: "operation", id: "operation", width: 144 },
    ...primaryFirst(metrics).map((spec): TableColumn => ({
      kind: "metric",
      id: `m.${spec.name}`,
      spec,
      width: fittingWidth([
        metricHeading(spec),
        ...models.map(({ metrics: own }) => bareMetric(own[spec.name], spec)),
      ]),
    })),
    ...parameterColumns(models),
  ];
}

/** What the first cell of a row is about as wide as. */
function withStatus({ id, status }: Model): string {
  return status === "finished" ? id : `${id}    ${status}`;
}

function parameterColumns(models: readonly Model[]): TableColumn[] {
  const values = new Map<string, ParameterValue[]>();
  for (const model of models) {
    for (const [name, value] of Object.entries(model.operation?.parameters ?? {})) {
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
    }
  }
  return [...values]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([name, given]) => ({
      kind: "parameter",
      id: `p.${name}`,
      name,
      numeric: given.every((value) => typeof value === "number"),
      width: fittingWidth([name, ...new Set(given.map((value) => parameterValue(name, value)))]),
    }));
}

/** Average width of a 13-px Roboto character, in pixels. */
const CHARACTER = 6.6;
/** Padding on both sides and room for the sort arrow or the mark. */
const AROUND = 40;
const CELL_WIDTHS = { least: 84, most: 176 };
const ID_WIDTHS = { least: 200, most: 360 };

function fittingWidth(texts: readonly string[], { least, most } = CELL_WIDTHS): number {
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  return Math.round(Math.min(Math.max(longest * CHARACTER + AROUND, least), most));
}

/** The columns that are shown: the model, then the pinned ones, then the rest. */
export function shownColumns(
  columns: readonly TableColumn[],
  hidden: readonly string[],
  pinned: readonly string[],
): TableColumn[] {
  const without = new Set(hidden);
  const stays = new Set(pinned);
  const shown = columns.filter(({ id, kind }) => kind === "model" || !without.has(id));
  const isPinned = ({ id, kind }: TableColumn) => kind === "model" || stays.has(id);
  return [...shown.filter(isPinned), ...shown.filter((column) => !isPinned(column))];
}

/** What a person calls a column. */
export function columnName(column: TableColumn): string {
  if (column.kind === "metric") return metricHeading(column.spec);
  return column.kind === "parameter" ? column.name : column.kind;
}
