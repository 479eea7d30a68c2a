import { loggedId } from "../labels/display_names";
import { parameterPhrase } from "../format/operation_words";
import type { Model } from "../wire.gen";

const texts = new WeakMap<Model, string>();

/** What a search asks for: texts that must occur, and texts that must not. */
export interface SearchWords {
  readonly wanted: readonly string[];
  readonly unwanted: readonly string[];
}

/** A word, or what stands between quotes to the next or the end; a minus before it excludes it. */
const WORD = /(-?)(?:["“”]([^"“”]*)["“”]?|(\S+))/g;

/** The words of a search: `prune 50`, `-int8`, `"fine-tune 3"`, `-"low rank"`. */
export function searchWords(search: string): SearchWords {
  const wanted: string[] = [];
  const unwanted: string[] = [];
  for (const [, minus, quoted, word] of search.toLowerCase().matchAll(WORD)) {
    const text = (quoted ?? word ?? "").trim();
    // A lone minus is one that a word is about to follow.
    if (text !== "" && text !== "-") (minus ? unwanted : wanted).push(text);
  }
  return { wanted, unwanted };
}

/**
 * Keys of the models in whose name, id, run, operation, parameters, note or #tags all wanted words
 * of `search` occur and none of the unwanted; null where it asks for nothing.
 */
export function foundBy(models: readonly Model[], search: string): ReadonlySet<string> | null {
  const { wanted, unwanted } = searchWords(search);
  if (wanted.length + unwanted.length === 0) return null;
  const hits = models.filter((model) => {
    const text = textOf(model);
    return (
      wanted.every((word) => text.includes(word)) && !unwanted.some((word) => text.includes(word))
    );
  });
  return new Set(hits.map(({ key }) => key));
}

/** All that a search looks through; a parameter is found as "amount 0.5" and as "50 %". */
function textOf(model: Model): string {
  let text = texts.get(model);
  if (text === undefined) {
    const { id, run, description, operation, status, note } = model;
    const given = Object.entries(operation?.parameters ?? {}).map(
      ([name, value]) => `${name} ${String(value)} ${parameterPhrase(name, value)}`,
    );
    const tags = (model.tags ?? []).map((tag) => `#${tag}`);
    const said = [description, status, note, ...tags];
    const parts = [id, loggedId(model), run, operation?.name, ...given, ...said];
    text = parts
      .join(" ")
      .toLowerCase()
      .replace(/\u202f/g, "");
    texts.set(model, text);
  }
  return text;
}
