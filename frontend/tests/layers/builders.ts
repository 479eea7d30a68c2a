import type {
  Certainty,
  LayerCells,
  LayerMeasure,
  LayerRows,
  LayerTree,
} from "../../src/model/wire.gen";

/** Rows of tensors with these full names, with all modules that hold them. */
export function rowsOf(...tensors: string[]): LayerRows {
  const names = [""];
  const parents = [-1];
  const tensor = [false];
  for (const name of tensors) {
    const parts = name.split(".");
    let above = 0;
    parts.forEach((_, at) => {
      const part = parts.slice(0, at + 1).join(".");
      const found = names.indexOf(part);
      if (found >= 0) above = found;
      else {
        names.push(part);
        parents.push(above);
        tensor.push(at === parts.length - 1);
        above = names.length - 1;
      }
    });
  }
  return {
    names,
    parents,
    kinds: tensor.map((is) => (is ? "parameter" : "Module")),
    tensor,
    shapes: tensor.map((is) => (is ? [2, 3] : null)),
    scales: names.map(() => 1),
  };
}

/** A model's columns; `values` and `bytes` are by full name, what is left out is null. */
export function cellsOf(
  key: string,
  rows: LayerRows,
  values: Record<string, number> = {},
  bytes: Record<string, number> = {},
): LayerCells {
  const column = (of: Record<string, number>) => rows.names.map((name) => of[name] ?? null);
  return {
    key,
    logged: true,
    params: rows.names.map(() => 6),
    stored_bytes: column(bytes),
    effective_bytes: column(bytes),
    value: column(values),
    low: rows.names.map(() => null),
    high: rows.names.map(() => null),
    certainty: rows.names.map((name): Certainty | null => (name in values ? "exact" : null)),
    match: rows.names.map(() => "name"),
    own_names: {},
    histograms: rows.names.map(() => [1, 2, 1]),
    shares: rows.names.map(() => [0.25, 0.75]),
    unmatched_base: 0,
    unmatched_own: 0,
    non_finite: rows.names.map(() => 0),
    outliers: [],
    parts: {},
  };
}

export const SQNR: LayerMeasure = {
  id: "sqnr",
  label: "SQNR",
  unit: "dB",
  goal: "max",
  pairwise: true,
  scale: "linear",
};

export const SPARSITY: LayerMeasure = {
  id: "sparsity",
  label: "sparsity",
  unit: "%",
  goal: null,
  pairwise: false,
  scale: "linear",
};

export function treeOf(rows: LayerRows, measure: LayerMeasure, models: LayerCells[]): LayerTree {
  return {
    base: models[0]?.key ?? "",
    view: "weights",
    views: ["weights"],
    measures: [measure],
    measure: measure.id,
    rows,
    models,
    edges: [-1, -0.5, 0.5, 1],
    classes: ["unchanged", "0–20 %"],
    notes: [],
  };
}
