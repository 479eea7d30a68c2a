import { buildLineage } from "../../../src/model/lineage/lineage";
import { layoutCells, type CellMap } from "../../../src/model/map/cells/cell_map";
import { colourScale } from "../../../src/model/map/scales";
import type { Model } from "../../../src/model/wire.gen";
import { child, metric, model, spec } from "../../builders";

export const accuracy = spec("accuracy", { goal: "max" });

const AMOUNTS = [0.1, 0.3, 0.5, 0.7, 0.9];
const STEPS = ["prune", "tune", "quantize", "low rank", "distill", "iterate"];

/** Four roots, of which one is bad, and what was made of them; amounts tell what accuracy is left. */
export function sweep(count: number): Model[] {
  let state = 1;
  const next = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const models = ["a", "b", "c", "bad"].map((id) =>
    model(id, { metrics: { accuracy: metric(id === "bad" ? 0.6 : 0.95) } }),
  );
  const depths = models.map(() => 0);
  while (models.length < count) {
    const from = next(models.length);
    if (depths[from]! >= 5) continue;
    const parent = models[from]!;
    const name = STEPS[next(STEPS.length)]!;
    const amount = AMOUNTS[next(AMOUNTS.length)]!;
    const before = parent.metrics.accuracy!.value!;
    const value = name === "prune" ? before - amount ** 3 : before + next(100) / 10_000;
    const made = child(`m${models.length}`, parent.key, name, { amount, kind: next(2) });
    const further = models.length % 30 === 0 ? [models[next(models.length)]!.key] : [];
    depths.push(depths[from]! + 1);
    models.push({
      ...made,
      parents: [...made.parents, ...further],
      metrics: { accuracy: metric(Math.max(0.1, value)) },
    });
  }
  return models;
}

export const FRAME = { width: 950, height: 420 };

export function cellsOf(models: readonly Model[], { width, height } = FRAME): CellMap {
  const colour = colourScale(models, accuracy);
  return layoutCells(buildLineage(models), "operation", colour, width, () => height);
}
