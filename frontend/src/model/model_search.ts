import { parameterPhrase } from "./parameter_format";
import type { Model } from "./wire.gen";

const texts = new WeakMap<Model, string>();

/**
 * Keys of the models in whose id, run, operation or parameters all words of `search` occur; null
 * where it is empty.
 */
export function foundBy(models: readonly Model[], search: string): ReadonlySet<string> | null {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const hits = models.filter((model) => {
    const text = textOf(model);
    return words.every((word) => text.includes(word));
  });
  return new Set(hits.map(({ key }) => key));
}

/** All that a search looks through; a parameter is found as "amount 0.5" and as "50 %". */
function textOf(model: Model): string {
  let text = texts.get(model);
  if (text === undefined) {
    const { id, run, description, operation, status } = model;
    const given = Object.entries(operation?.parameters ?? {}).map(
      ([name, value]) => `${name} ${String(value)} ${parameterPhrase(name, value)}`,
    );
    const parts = [id, run, operation?.name, ...given, description, status];
    text = parts
      .join(" ")
      .toLowerCase()
      .replace(/\u202f/g, "");
    texts.set(model, text);
  }
  return text;
}
