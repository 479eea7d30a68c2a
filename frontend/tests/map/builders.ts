import type { Model } from "../../src/model/wire.gen";
import { child, metric, model } from "../builders";

/** A model named after its path: "dense/prune:0.5" is made of "dense" by `prune amount=0.5`. */
export function path(id: string, value?: number): Model {
  const cut = id.lastIndexOf("/");
  const [name = "", amount] = id.slice(cut + 1).split(":");
  const made =
    cut < 0
      ? model(id)
      : child(id, id.slice(0, cut), name, amount === undefined ? {} : { amount: Number(amount) });
  return value === undefined ? made : { ...made, metrics: { accuracy: metric(value) } };
}

export function paths(...ids: string[]): Model[] {
  return ids.map((id) => path(id));
}

/** Part of a published study: pruning hits the norms, restoring them mends it. */
export function t5(): Model[] {
  const rows: [string, string, string, Record<string, string | number>, number][] = [
    ["p10", "base", "Pruning", { sparsity: 0.1 }, 4.04],
    ["p30", "base", "Pruning", { sparsity: 0.3 }, 0.17],
    ["p50", "base", "Pruning", { sparsity: 0.5 }, 0.08],
    ["p10-norms", "p10", "Restore", { layers: "layernorms" }, 90.34],
    ["p10-query", "p10", "Restore", { layers: "query" }, 4.09],
    ["p10-decoder", "p10", "Restore", { layers: "decoder" }, 29.6],
    ["p30-norms", "p30", "Restore", { layers: "layernorms" }, 89.89],
    ["p50-norms", "p50", "Restore", { layers: "layernorms" }, 8.46],
    ["p10-tuned", "p10", "Retrain", { layers: "layernorms" }, 89.19],
    ["p10-norms-tuned", "p10-norms", "Retrain", { layers: "layernorms" }, 90.34],
    ["ff30", "p10-norms", "Selective", { sparsity: 0.3, layers: "feedforward" }, 90.49],
    ["at30", "p10-norms", "Selective", { sparsity: 0.3, layers: "attention" }, 89.93],
    ["ff40", "p10-norms", "Selective", { sparsity: 0.4, layers: "feedforward" }, 89.15],
    ["ff50", "p10-norms", "Selective", { sparsity: 0.5, layers: "feedforward" }, 19.59],
    ["at50", "p10-norms", "Selective", { sparsity: 0.5, layers: "attention" }, 85.04],
    ["late", "at50", "Selective", { sparsity: 0.6000000000000001, layers: "late" }, 82.67],
  ];
  const made = rows.map(([id, parent, name, parameters, f1]) => ({
    ...child(id, parent, name, parameters),
    metrics: { F1: metric(f1) },
  }));
  return [{ ...model("base"), metrics: { F1: metric(90.5) } }, ...made];
}

/** `count` models, each made of an earlier one; the same for the same `seed`. */
export function randomModels(count: number, seed: number): Model[] {
  let state = seed;
  const next = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const names = ["prune", "tune", "quantize", "low-rank", "distill"];
  const models = [model("m0")];
  for (let i = 1; i < count; i++) {
    const parent = `m${next(3) === 0 ? 0 : next(i)}`;
    models.push(child(`m${i}`, parent, names[next(names.length)]!, { amount: next(9) / 10 }));
  }
  return models;
}
