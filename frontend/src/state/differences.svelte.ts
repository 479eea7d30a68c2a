import { differencesAddress } from "../api/addresses";
import type { Differences } from "../model/wire.gen";
import type { Panel } from "./panel.svelte";
import { LatestResponse } from "./responses.svelte";

/** A selection that grows by clicks or a marquee is requested once. */
const SETTLED_MS = 60;

/** Why the selected models differ. To be called while a component is set up. */
export function selectionDifferences(panel: () => Panel): LatestResponse<Differences> {
  let settled = $state.raw<string | null>(null);
  $effect(() => {
    const address = addressOf(panel());
    const timer = setTimeout(() => (settled = address), SETTLED_MS);
    return () => clearTimeout(timer);
  });
  return new LatestResponse<Differences>(
    panel().glances,
    () => settled,
    () => panel().live.version,
  );
}

function addressOf({ selectedKeys, byKey, all }: Panel): string | null {
  const keys = selectedKeys.filter((key) => byKey.has(key));
  if (keys.length < 2) return null;
  const logged = all.filter(({ status }) => status !== "missing");
  return differencesAddress(
    keys,
    logged.map(({ key }) => key),
  );
}
