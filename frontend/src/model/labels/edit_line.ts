import type { Model } from "../wire.gen";
import { loggedId } from "./display_names";

/** What a shell takes as it is. */
const PLAIN = /^[\w@%+=:,./-]+$/;
/** What a terminal would act on, or not show. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * The line to paste into a shell that says something of `model`, one of `models`; `place`: the log
 * directory, null where nobody knows it.
 */
export function editLine(place: string | null, model: Model, models: readonly Model[]): string {
  const id = loggedId(model);
  const ambiguous = models.filter((other) => loggedId(other) === id).length > 1;
  const name = ambiguous ? `${model.run}/${id}` : id;
  const positional = [
    place === null || INVISIBLE.test(place) ? "DIR" : place,
    INVISIBLE.test(name) ? model.key : name,
  ];
  const words = positional.map(quoted).join(" ");
  const note = "--note 'what you think of it'";
  return positional.some((word) => word.startsWith("-"))
    ? `tensorboard-cnc edit ${note} -- ${words}`
    : `tensorboard-cnc edit ${words} ${note}`;
}

/** One word for a POSIX shell. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
