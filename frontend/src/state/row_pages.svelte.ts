import { untrack } from "svelte";

import { report } from "../api/client";
import { AbsentError } from "../api/response";
import { farPages, pageOffsets } from "../model/behaviors/rows";
import {
  CANCELLED,
  failureOf,
  type Failure,
  type Requested,
  type ResponseCache,
} from "./responses.svelte";
import { Wait } from "./wait.svelte";

/** While rows pass by, pages are requested no more often than this. */
const PACE_MS = 60;

/** Rows of any number, of which the pages in sight are fetched; the old stay until the new come. */
export class RowPages<Page extends { n: number }> implements Requested {
  /** By offset. */
  pages = $state.raw<ReadonlyMap<number, Page>>(new Map());
  /** The page that came last; all know how many rows there are. */
  latest = $state.raw<Page | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** How many rows there are, of a report as many as are inside. */
  readonly n = $derived(Math.min(this.latest?.n ?? 0, report()?.rows ?? Infinity));

  readonly #cache: ResponseCache;
  readonly #address: (offset: number, limit: number) => string | null;
  readonly #rows: number;
  #request = new AbortController();
  #requested = new Set<number>();
  /** Whether the pages that are there are of another question. */
  #replace = true;
  #question: string | null = null;
  /** Counts how often all had to be requested again. */
  #round = $state(0);
  #tries = $state(0);
  readonly #wait = new Wait();

  /**
   * To be created while a component is set up. `version` changes with the log directory, the
   * address with the question; `rows` are on a page.
   */
  constructor(
    cache: ResponseCache,
    rows: number,
    address: (offset: number, limit: number) => string | null,
    version: () => unknown,
    inSight: () => { first: number; end: number },
  ) {
    this.#cache = cache;
    this.#rows = rows;
    this.#address = address;
    $effect(() => {
      const question = address(0, rows);
      const of = version();
      void this.#tries;
      untrack(() => this.#restart(question, of));
      return () => this.#end();
    });
    let last = 0;
    $effect(() => {
      const { first, end } = inSight();
      void [this.#round, this.n];
      const wait = this.latest ? Math.max(0, last + PACE_MS - performance.now()) : 0;
      const timer = setTimeout(() => {
        last = performance.now();
        this.#need(first, end);
      }, wait);
      return () => clearTimeout(timer);
    });
  }

  get slow(): boolean {
    return this.#wait.slow;
  }

  get late(): boolean {
    return this.#wait.late;
  }

  /** Gives up what is waited for. */
  cancel(): void {
    if (!this.slow) return;
    this.#end();
    this.failure = CANCELLED;
  }

  retry(): void {
    this.#tries++;
  }

  #end(): void {
    this.#wait.end();
    this.#request.abort();
  }

  /** The page with row `index`, and where on it; null where it is not there. */
  find(index: number): { page: Page; at: number } | null {
    const page = this.pages.get(index - (index % this.#rows));
    return page ? { page, at: index % this.#rows } : null;
  }

  #restart(question: string | null, version: unknown): void {
    this.#request = new AbortController();
    this.#cache.renew(version);
    this.#requested = new Set();
    this.#replace ||= question !== this.#question;
    this.#question = question;
    this.#wait.begin();
    if (this.#replace) this.#need(0, 1);
    this.#round++;
  }

  #need(first: number, end: number): void {
    // Of another question only how it begins: whether there is more is not known yet.
    const last = this.#replace ? 1 : Math.max(1, Math.min(end, this.n));
    const from = this.#replace ? 0 : Math.min(first, last - 1);
    for (const offset of pageOffsets(from, last, this.#rows)) {
      if (this.#requested.has(offset)) continue;
      this.#requested.add(offset);
      void this.#fetch(offset, this.#request.signal);
    }
  }

  async #fetch(offset: number, signal: AbortSignal): Promise<void> {
    const address = this.#address(offset, this.#rows);
    if (address === null || signal.aborted) return;
    try {
      const page = await this.#cache.get<Page>(address, signal);
      if (signal.aborted) return;
      this.#keep(offset, page);
      this.failure = null;
    } catch (error) {
      if (signal.aborted) return;
      this.failure = failureOf(error);
      if (error instanceof AbsentError) this.#forget();
    }
    this.#wait.end();
  }

  /** A report never has them: what was there before would pass for them. */
  #forget(): void {
    this.pages = new Map();
    this.latest = null;
  }

  #keep(offset: number, page: Page): void {
    const pages = new Map(this.#replace ? [] : this.pages);
    pages.set(offset, page);
    for (const far of farPages(pages.keys(), offset, this.#rows)) {
      pages.delete(far);
      this.#requested.delete(far);
    }
    this.#replace = false;
    this.pages = pages;
    this.latest = page;
  }
}
