/**
 * Stands in the place of `tensorboard.ts` in a report, which is a page of its own: it touches no
 * window around it, not even where it is shown in a frame.
 */
import type { Theme } from "../model/colour/palette";
import { readHash, withValues } from "../model/link/host_hash";

type Stop = () => void;

const NOTHING: Stop = () => undefined;

/** Calls `listener` with the theme that the system asks for, now and whenever it changes. */
export function watchTheme(listener: (theme: Theme) => void): Stop {
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  const tell = (): void => listener(query.matches ? "dark" : "light");
  query.addEventListener("change", tell);
  tell();
  return () => query.removeEventListener("change", tell);
}

/** A report brings no fonts along. */
export function shareFonts(): void {
  return undefined;
}

/** Our values in the address. */
export function readLink(): Record<string, string> | null {
  return readHash(window.location.hash);
}

/** Puts `values` into the address; `step`: whether the browser's back button leads back from it. */
export function writeLink(values: Readonly<Record<string, string>>, step = false): void {
  const hash = withValues(window.location.hash, values);
  if (hash === window.location.hash) return;
  try {
    if (step) window.history.pushState(window.history.state, "", hash);
    else window.history.replaceState(window.history.state, "", hash);
  } catch {
    // Some viewers forbid it; the report works without a link.
  }
}

/** The address of the report. */
export function linkAddress(): string {
  return window.location.href;
}

/** Calls `listener` when the user changes the address by hand or walks the history. */
export function watchLink(listener: () => void): Stop {
  window.addEventListener("hashchange", listener);
  window.addEventListener("popstate", listener);
  return () => {
    window.removeEventListener("hashchange", listener);
    window.removeEventListener("popstate", listener);
  };
}

/** Nothing is ever loaded again. */
export function watchReload(): Stop {
  return NOTHING;
}

/** A report is read once, whoever looks. */
export function watchSeen(listener: (seen: boolean) => void): Stop {
  listener(true);
  return NOTHING;
}

/** There is no TensorBoard to lead to. */
export function runAddress(): string | null {
  return null;
}
