import { untrack } from "svelte";

import { instanceRow, PAGE_ROWS, pageOffsets, type InstanceRow } from "../model/behaviors_pages";
import type { InstancePage } from "../model/wire.gen";
import type { AnswerCache } from "./asked.svelte";

const PATIENCE_MS = 300;

/** Rows of any number, of which the pages in sight are fetched; the old stay until the new come. */
export class InstancePages {
  /** By offset. */
  pages = $state.raw<ReadonlyMap<number, InstancePage>>(new Map());
  failure = $state.raw<string | null>(null);
  slow = $state(false);
  readonly head = $derived(this.pages.values().next().value ?? null);
  readonly n = $derived(this.head?.n ?? 0);

  readonly #cache: AnswerCache;
  readonly #address: (offset: number, limit: number) => string | null;
  #request = new AbortController();
  #asked = new Set<number>();
  #stale = true;
  #patience: ReturnType<typeof setTimeout> | undefined;

  /** To be created while a component is set up. */
  constructor(
    cache: AnswerCache,
    address: (offset: number, limit: number) => string | null,
    version: () => unknown,
    inSight: () => { first: number; end: number },
  ) {
    this.#cache = cache;
    this.#address = address;
    $effect(() => {
      void address(0, PAGE_ROWS);
      const of = version();
      untrack(() => this.#restart(of));
      return () => {
        clearTimeout(this.#patience);
        this.#request.abort();
      };
    });
    $effect(() => {
      const { first, end } = inSight();
      void address(0, PAGE_ROWS);
      const { n } = this;
      untrack(() => this.#need(first, Math.max(1, Math.min(end, n))));
    });
  }

  row(index: number): InstanceRow | null {
    return instanceRow(this.pages, index);
  }

  #restart(version: unknown): void {
    this.#request = new AbortController();
    this.#cache.renew(version);
    this.#asked = new Set();
    this.#stale = true;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => (this.slow = this.#stale), PATIENCE_MS);
    this.#need(0, 1);
  }

  #need(first: number, end: number): void {
    for (const offset of pageOffsets(first, end)) {
      if (this.#asked.has(offset)) continue;
      this.#asked.add(offset);
      void this.#ask(offset, this.#request.signal);
    }
  }

  async #ask(offset: number, signal: AbortSignal): Promise<void> {
    const address = this.#address(offset, PAGE_ROWS);
    if (address === null) return;
    try {
      const page = await this.#cache.get<InstancePage>(address, signal);
      if (signal.aborted) return;
      this.pages = new Map([...(this.#stale ? [] : this.pages), [offset, page]]);
      this.#stale = false;
      this.failure = null;
    } catch (error) {
      if (signal.aborted) return;
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.slow = false;
  }
}
