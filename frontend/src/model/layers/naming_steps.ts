import { changeBetween, type Change } from "../format/change";
import type { Noise } from "../metrics/known";
import type { Lineage } from "../lineage/lineage";
import { recipeStep } from "../lineage/recipe";
import type { MetricSpec, Model, ParameterValue } from "../wire.gen";

/** A step whose operation has a parameter that names a module, and what it did to a metric. */
export interface NamingStep {
  readonly model: Model;
  /** "restore, layer conv3". */
  readonly phrase: string;
  /** Against the main parent. */
  readonly change: Change;
}

/**
 * The names of a module in parameters: its path, its last part, that without its number, and the
 * plurals of both: "blocks.0.norm1", "norm1", "norm1s", "norm", "norms". Without case, and with one
 * kind of hyphen.
 */
export function namesOfModule(path: string): Set<string> {
  const last = path.split(".").at(-1) ?? "";
  const bare = last.replace(/[_-]?\d+$/, "");
  const parts = [last, bare].filter((part) => /[a-z]/i.test(part));
  return new Set([path, ...parts, ...parts.map(plural)].filter(Boolean).map(plain));
}

function plural(word: string): string {
  return /[^aeiou]y$/i.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "-");
}

function textsOf(value: ParameterValue): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.flatMap(textsOf) : [];
}

/** The modules around a tensor, from its own outwards, and the row itself where it is a module. */
export function modulesAround(name: string, tensor: boolean): string[] {
  const parts = name.split(".");
  const deepest = tensor ? parts.length - 1 : parts.length;
  return Array.from({ length: deepest }, (_, at) => parts.slice(0, deepest - at).join("."));
}

/**
 * Steps of the log directory with a parameter that names `name` or a module around it, and with a
 * change of the metric: those of `near` models (or of their parents) first, then the largest. They
 * name it; whether that made the change they do not say.
 */
export function stepsNaming(
  lineage: Lineage,
  spec: MetricSpec,
  name: string,
  tensor: boolean,
  near: ReadonlySet<string>,
  noise: Noise,
): NamingStep[] {
  const names = new Set(modulesAround(name, tensor).flatMap((path) => [...namesOfModule(path)]));
  const found: (NamingStep & { close: boolean })[] = [];
  for (const { model, parent } of lineage.nodes.values()) {
    const values = Object.values(model.operation?.parameters ?? {}).flatMap(textsOf);
    if (!parent || !values.some((value) => names.has(plain(value)))) continue;
    const change = changeBetween(model, parent.model, spec, noise);
    if (!change) continue;
    const close = near.has(model.key) || near.has(parent.model.key);
    found.push({
      model,
      phrase: recipeStep(lineage, model.key)?.phrase ?? model.id,
      change,
      close,
    });
  }
  return found.sort(
    (a, b) =>
      Number(b.close) - Number(a.close) || Math.abs(b.change.amount) - Math.abs(a.change.amount),
  );
}
