import { untrack } from "svelte";

import { fetchWhole } from "../api/client";

/** After this time a wait is shown. */
export const PATIENCE_MS = 300;
/** Responses that are kept for the next request of the same. */
const KEPT = 40;

interface Entry {
  readonly response: Promise<unknown>;
  readonly request: AbortController;
  /** How many wait for it. */
  waiting: number;
  settled: boolean;
}

/** Responses by address, until the log directory changes. */
export class ResponseCache {
  #entries = new Map<string, Entry>();
  #version: unknown;
  readonly #fetch: (address: string, signal: AbortSignal) => Promise<unknown>;

  constructor(fetch: (address: string, signal: AbortSignal) => Promise<unknown> = fetchWhole) {
    this.#fetch = fetch;
  }

  /** Forgets all where `version` is another than before. */
  renew(version: unknown): void {
    if (version !== this.#version) this.#entries = new Map();
    this.#version = version;
  }

  /** The response at `address`; requests of the same at the same time are one. */
  async get<T>(address: string, signal: AbortSignal): Promise<T> {
    const entry = this.#entries.get(address) ?? this.#begin(address);
    entry.waiting++;
    const leave = (): void => {
      entry.waiting--;
      if (entry.waiting || entry.settled) return;
      entry.request.abort();
      this.#forget(address, entry);
    };
    signal.addEventListener("abort", leave, { once: true });
    try {
      return (await entry.response) as T;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #begin(address: string): Entry {
    const request = new AbortController();
    const entry: Entry = {
      response: this.#fetch(address, request.signal),
      request,
      waiting: 0,
      settled: false,
    };
    entry.response.then(
      () => (entry.settled = true),
      () => {
        entry.settled = true;
        this.#forget(address, entry);
      },
    );
    this.#entries.set(address, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > KEPT && oldest !== undefined) this.#entries.delete(oldest);
    return entry;
  }

  #forget(address: string, entry: Entry): void {
    if (this.#entries.get(address) === entry) this.#entries.delete(address);
  }
}

/** The response at an address that changes: the last one stays until the next is there. */
export class LatestResponse<T> {
  response = $state.raw<T | null>(null);
  failure = $state.raw<string | null>(null);
  /** Whether the response is so late that the wait should be shown. */
  slow = $state(false);

  readonly #cache: ResponseCache;

  /** To be created while a component is set up. `version` changes with the log directory. */
  constructor(cache: ResponseCache, address: () => string | null, version: () => unknown) {
    this.#cache = cache;
    $effect(() => {
      const at = address();
      const of = version();
      return untrack(() => (at === null ? this.#clear() : this.#request(at, of)));
    });
  }

  #clear(): void {
    this.response = this.failure = null;
  }

  #request(address: string, version: unknown): () => void {
    const request = new AbortController();
    const patience = setTimeout(() => (this.slow = true), PATIENCE_MS);
    const rest = (): void => {
      clearTimeout(patience);
      this.slow = false;
    };
    this.#cache.renew(version);
    this.#cache.get<T>(address, request.signal).then(
      (response) => {
        if (request.signal.aborted) return;
        rest();
        this.response = response;
        this.failure = null;
      },
      (error: unknown) => {
        if (request.signal.aborted) return;
        rest();
        this.failure = failureText(error);
      },
    );
    return () => {
      rest();
      request.abort();
    };
  }
}

/** What went wrong, in words. */
export function failureText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
