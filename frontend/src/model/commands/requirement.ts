import { limitWords } from "../format/limit_text";
import type { KnownLimit } from "../tradeoffs/budget";

/** What `tensorboard-cnc check --require` reads as this limit: "accuracy >= base - 1 pt". */
export function requirementText({ limit, spec }: KnownLimit): string {
  const sign = limit.bound === "at_most" ? "<=" : ">=";
  const words = limitWords(limit, spec).replaceAll("\u2212", "-").replaceAll(/\s/g, " ");
  return `${spec.name} ${sign} ${words}`;
}
