import { untrack } from "svelte";

import { fetchWhole } from "../api/client";
import { AbsentError, RefusedError } from "../api/response";
import { Wait } from "./wait.svelte";

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
    signal.throwIfAborted();
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

/** Why there is no response. */
export interface Failure {
  readonly text: string;
  /** Whether the same request would fail again. */
  readonly refused: boolean;
}

export const CANCELLED: Failure = { text: "Cancelled.", refused: false };

/** Something that is requested, as waits and failures are shown. */
export interface Requested {
  readonly failure: Failure | null;
  readonly slow: boolean;
  readonly late: boolean;
  cancel(): void;
  retry(): void;
}

/** The response at an address that changes: the last one stays until the next is there. */
export class LatestResponse<T> implements Requested {
  response = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);

  readonly #cache: ResponseCache;
  readonly #wait = new Wait();
  #request = new AbortController();
  #tries = $state(0);

  /** To be created while a component is set up. `version` changes with the log directory. */
  constructor(cache: ResponseCache, address: () => string | null, version: () => unknown) {
    this.#cache = cache;
    $effect(() => {
      const at = address();
      const of = version();
      void this.#tries;
      return untrack(() => (at === null ? this.#clear() : this.#begin(at, of)));
    });
  }

  get slow(): boolean {
    return this.#wait.slow;
  }

  get late(): boolean {
    return this.#wait.late;
  }

  /** Gives the request up. */
  cancel(): void {
    if (!this.#wait.slow) return;
    this.#end();
    this.failure = CANCELLED;
  }

  retry(): void {
    this.#tries++;
  }

  #clear(): void {
    this.response = this.failure = null;
  }

  #begin(address: string, version: unknown): () => void {
    const { signal } = (this.#request = new AbortController());
    this.#wait.begin();
    this.#cache.renew(version);
    this.#cache.get<T>(address, signal).then(
      (response) => {
        if (!signal.aborted) this.#settle(response, null);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        // A report never has it: what was there before would pass for the answer.
        this.#settle(error instanceof AbsentError ? null : this.response, failureOf(error));
      },
    );
    return () => this.#end();
  }

  #settle(response: T | null, failure: Failure | null): void {
    this.#wait.end();
    this.response = response;
    this.failure = failure;
  }

  #end(): void {
    this.#wait.end();
    this.#request.abort();
  }
}

/** What went wrong, in words. */
export function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  return { text, refused: error instanceof RefusedError };
}

/** Several that are waited for as one. */
export function together(parts: () => readonly Requested[]): Requested {
  return {
    get failure() {
      return parts().find(({ failure }) => failure)?.failure ?? null;
    },
    get slow() {
      return parts().some(({ slow }) => slow);
    },
    get late() {
      return parts().some(({ late }) => late);
    },
    cancel: () => parts().forEach((part) => part.cancel()),
    retry: () => parts().forEach((part) => part.failure && part.retry()),
  };
}
