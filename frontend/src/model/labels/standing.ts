import { elapsed } from "../format/elapsed";
import type { Model } from "../wire.gen";

type Standing = Pick<Model, "status" | "reason" | "silent" | "unread" | "updated">;

/** Whether it may still log something. */
export function isLive({ status, silent }: Pick<Model, "status" | "silent">): boolean {
  return status === "running" && !silent;
}

/** How it stands with a model, in a word; "" for a finished one. */
export function standingWord({ status, silent, unread }: Standing): string {
  if (status === "finished") return "";
  if (status === "running" && silent) return "silent";
  return status === "missing" && unread ? "not read" : status;
}

/** The same in a sentence, at the time `now` in milliseconds since 1970. */
export function standingText(model: Standing, now: number): string {
  const { status, reason, silent, unread, updated } = model;
  switch (status) {
    case "finished":
      return "";
    case "running":
      if (!silent || updated === null) return "running";
      return `running · last word ${elapsed(now / 1000 - updated)} ago`;
    case "failed":
      return reason ? `failed: ${reason}` : "failed";
    case "missing":
      return unread
        ? "named as a parent, but not among what was read so far"
        : "named as a parent, but no run has logged it";
  }
}
