import { report } from "../api/client";
import { readLink, watchLink, writeLink } from "../host/tensorboard";
import { DEFAULT_LINK_STATE, fromLink, stepOf, toLink } from "../model/link/url_state";
import { only } from "../model/selection/selection";
import type { Panel } from "./panel.svelte";

/** Browsers refuse more than about 200 changes of the address in 30 seconds. */
const WRITE_AFTER_MS = 200;

/** Keeps `panel.link` and the address the same; call it while a component is set up. */
export function keepLink(panel: Panel): void {
  // What the address was known to say: while it still does, the panel's own state is the newer one.
  let known: Record<string, string> = {};
  const read = (): void => {
    const values = asMade(readLink());
    if (values === null || sameValues(values, known)) return;
    known = values;
    panel.link = fromLink(values);
    at = stepOf(panel.link);
  };
  let at = stepOf(panel.link);
  read();
  const write = (values: Record<string, string>, step = false): void => {
    if (sameValues(values, known)) return;
    known = values;
    writeLink(values, step);
  };
  let latest = known;
  $effect(() => {
    const left = latest;
    const values = (latest = toLink(panel.link));
    // A step of the history is written at once; back leads to what was left.
    const step = stepOf(panel.link);
    if (step !== at) {
      at = step;
      write(left);
      write(values, true);
      return;
    }
    const timer = setTimeout(() => write(values), WRITE_AFTER_MS);
    return () => clearTimeout(timer);
  });
  $effect(() => watchLink(read));
}

/** The values of an address; where it names no models, a report shows those that it is about. */
function asMade(values: Record<string, string> | null): Record<string, string> | null {
  const made = report();
  if (made === null || values === null || "sel" in values || "base" in values) return values;
  const { base, models } = made;
  return { ...toLink({ ...DEFAULT_LINK_STATE, base, selection: only([], models) }), ...values };
}

function sameValues(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
