import { untrack } from "svelte";

import { fetchDifferences } from "../api/client";
import type { Differences } from "../model/wire.gen";
import type { Panel } from "./panel.svelte";
import { failureText, PATIENCE_MS } from "./responses.svelte";

/** A selection that grows by clicks or a marquee is requested once. */
const DEBOUNCE_MS = 60;

/** Why the selected models differ; the last response stays until the next is there. */
export class SelectionDifferences {
  response = $state.raw<Differences | null>(null);
  failure = $state.raw<string | null>(null);
  /** Whether the response is so late that the wait should be shown. */
  slow = $state(false);

  readonly #panel: () => Panel;

  /** To be created while a component is set up. */
  constructor(panel: () => Panel) {
    this.#panel = panel;
    $effect(() => {
      // A new response of the models route may change lineages.
      const { selectedKeys, byKey } = panel();
      const keys = selectedKeys.filter((key) => byKey.has(key));
      return untrack(() => (keys.length > 1 ? this.#request(keys) : undefined));
    });
  }

  #request(keys: readonly string[]): () => void {
    const request = new AbortController();
    const patience = setTimeout(() => (this.slow = true), DEBOUNCE_MS + PATIENCE_MS);
    const debounce = setTimeout(async () => {
      const all = this.#panel()
        .models.filter(({ status }) => status !== "missing")
        .map(({ key }) => key);
      try {
        this.response = await fetchDifferences(keys, all, request.signal);
        this.failure = null;
      } catch (error) {
        if (!request.signal.aborted) {
          this.failure = failureText(error);
        }
      } finally {
        clearTimeout(patience);
        if (!request.signal.aborted) this.slow = false;
      }
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(debounce);
      clearTimeout(patience);
      request.abort();
    };
  }
}
