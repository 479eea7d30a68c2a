import { openWords } from "../claims/changes";
import { changeText } from "../format/change";
import { bareMetric, metricHeading } from "../format/metric_format";
import { fullName, loggedId } from "../labels/display_names";
import { parameterValue } from "../format/operation_words";
import type { MetricSpec, Model, ParameterValue } from "../wire.gen";
import { intervalText } from "../metrics/measurement";
import type { TableColumn } from "./column";
import { fittingWidth, ID_WIDTHS } from "./column_width";
import { contextColumns, type ColumnContext } from "./context_columns";
import { primaryFirst } from "./metric_rows";

/**
 * All columns: model, operation, metrics (primary first), parameters (the most used first), which
 * may be many and are seen in the map too.
 */
export function tableColumns({
  models,
  metrics,
  context = null,
}: {
  models: readonly Model[];
  metrics: readonly MetricSpec[];
  context?: ColumnContext | null;
}): TableColumn[] {
  return [
    modelColumn(models),
    operationColumn(),
    ...primaryFirst(metrics).map((spec) => metricColumn(spec, models)),
    ...(context ? contextColumns(models, context) : []),
    ...parameterColumns(models),
  ];
}

function modelColumn(models: readonly Model[]): TableColumn {
  // What the first cell of a row is about as wide as.
  const texts = models.map(({ id, status }) => (status === "finished" ? id : `${id}    ${status}`));
  const renamed = models.some((model) => model.renamed);
  return {
    kind: "model",
    id: "model",
    name: "model",
    width: fittingWidth(texts, ID_WIDTHS),
    numeric: false,
    spec: null,
    text: ({ id }) => id,
    tip: (model) => {
      const { run, tags = [] } = model;
      const place = run === null || run === model.id ? [] : [`run ${run}`];
      return [fullName(model), ...place, tags.map((tag) => `#${tag}`).join(" ")]
        .filter(Boolean)
        .join("\n");
    },
    sortValue: ({ id }) => id,
    csvHeads: () => ["model", "run", "status", ...(renamed ? ["shown as"] : [])],
    csv: (model) => {
      const name = renamed ? [model.renamed ?? null] : [];
      return [loggedId(model), model.run, model.status, ...name];
    },
  };
}

function operationColumn(): TableColumn {
  const nameOf = ({ operation }: Model) => operation?.name ?? null;
  return {
    kind: "operation",
    id: "operation",
    name: "operation",
    width: 144,
    numeric: false,
    spec: null,
    text: (model) => nameOf(model) ?? "",
    tip: (model) => nameOf(model) ?? "",
    sortValue: nameOf,
    csvHeads: () => ["operation"],
    csv: (model) => [nameOf(model)],
  };
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
    .map(([name, given]) => parameterColumn(name, given));
}

function parameterColumn(name: string, given: readonly ParameterValue[]): TableColumn {
  const valueOf = ({ operation }: Model) => operation?.parameters[name];
  const text = (model: Model) => parameterValue(name, valueOf(model));
  return {
    kind: "parameter",
    id: `p.${name}`,
    name,
    width: fittingWidth([name, ...new Set(given.map((value) => parameterValue(name, value)))]),
    numeric: given.every((value) => typeof value === "number"),
    spec: null,
    text,
    tip: text,
    sortValue: (model) => {
      const value = valueOf(model) ?? null;
      return value === null || typeof value === "number" ? value : text(model);
    },
    csvHeads: () => [name],
    csv: (model) => {
      const value = valueOf(model) ?? undefined;
      return [typeof value === "number" ? value : parameterValue(name, value)];
    },
  };
}

/** What a link calls the column of a metric. */
export function metricColumnId(name: string): string {
  return `m.${name}`;
}

/** Metrics as values or as changes, whichever `cells` shows. */
function metricColumn(spec: MetricSpec, models: readonly Model[]): TableColumn {
  const { name, unit } = spec;
  const textOf = ({ metrics }: Model): string =>
    [bareMetric(metrics[name], spec), intervalText(metrics[name], spec)].filter(Boolean).join(" ");
  const texts = models.map(textOf);
  const hasIntervals = models.some(({ metrics }) => metrics[name]?.interval);
  const hasBounds = models.some(({ metrics }) => metrics[name]?.bound);
  const numberOf = ({ metrics }: Model): number | null =>
    metrics[name]?.value ?? (metrics[name]?.nonfinite ? Number(metrics[name].nonfinite) : null);
  return {
    kind: "metric",
    id: metricColumnId(name),
    name: metricHeading(spec),
    width: fittingWidth([metricHeading(spec), ...texts]),
    numeric: true,
    spec,
    text: (model, cells) => {
      if (cells.mode === "value") return textOf(model);
      const change = cells.change(model, spec);
      if (spec.mixed) return "mixed units";
      return change ? changeText(change, spec) : "–";
    },
    tip: (model, cells) => {
      const { verdict, caveat = null } = cells.change(model, spec) ?? {};
      const open = caveat ?? (verdict ? openWords(verdict) : "");
      return [cells.exact(model, spec), open].filter(Boolean).join("\n");
    },
    sortValue: (model, cells) => {
      if (cells && cells.mode !== "value") return cells.number(model, spec);
      const number = numberOf(model);
      return Number.isNaN(number) ? null : number;
    },
    csvHeads: (mode) => {
      if (mode !== "value") return [`${name} ${mode}`, `unit of ${name} ${mode}`];
      const intervals = hasIntervals ? ["low", "high", "level"] : [];
      const further = [...intervals, ...(hasBounds ? ["bound"] : [])];
      return [unit ? `${name} (${unit})` : name, ...further.map((what) => `${name} ${what}`)];
    },
    csv: (model, cells) => {
      if (cells.mode === "value") {
        const { interval, bound } = model.metrics[name] ?? {};
        const ends = [interval?.low ?? null, interval?.high ?? null, interval?.level ?? null];
        return [
          numberOf(model),
          ...(hasIntervals ? ends : []),
          ...(hasBounds ? [bound ?? null] : []),
        ];
      }
      const change = cells.change(model, spec);
      if (!change) return [null, null];
      const units = { points: "percentage points", relative: "%", absolute: unit };
      return [change.amount, units[change.kind]];
    },
  };
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
