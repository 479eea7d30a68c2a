import { untrack } from "svelte";

import { fetchWhole } from "../api/client";

/** After this time a wait is shown. */
export const PATIENCE_MS = 300;
/** Answers that are kept for when they are asked for again. */
const KEPT = 40;

interface Entry {
  readonly answer: Promise<unknown>;
  readonly request: AbortController;
  /** How many wait for it. */
  waiting: number;
  settled: boolean;
}

/** Answers by address, until the log directory changes. */
export class AnswerCache {
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

  /** The answer at `address`; who asks for the same at the same time shares one request. */
  async get<T>(address: string, signal: AbortSignal): Promise<T> {
    const entry = this.#entries.get(address) ?? this.#ask(address);
    entry.waiting++;
    const leave = (): void => {
      entry.waiting--;
      if (entry.waiting || entry.settled) return;
      entry.request.abort();
      this.#forget(address, entry);
    };
    signal.addEventListener("abort", leave, { once: true });
    try {
      return (await entry.answer) as T;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #ask(address: string): Entry {
    const request = new AbortController();
    const entry: Entry = {
      answer: this.#fetch(address, request.signal),
      request,
      waiting: 0,
      settled: false,
    };
    entry.answer.then(
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

/** The answer at an address that changes: the last one stays until the next is there. */
export class Asked<T> {
  answer = $state.raw<T | null>(null);
  failure = $state.raw<string | null>(null);
  /** Whether the answer is so late that the wait should be shown. */
  slow = $state(false);

  readonly #cache: AnswerCache;

  /** To be created while a component is set up. `version` changes with the log directory. */
  constructor(cache: AnswerCache, address: () => string | null, version: () => unknown) {
    this.#cache = cache;
    $effect(() => {
      const at = address();
      const of = version();
      return untrack(() => (at === null ? this.#nothing() : this.#ask(at, of)));
    });
  }

  #nothing(): void {
    this.answer = this.failure = null;
  }

  #ask(address: string, version: unknown): () => void {
    const request = new AbortController();
    const patience = setTimeout(() => (this.slow = true), PATIENCE_MS);
    const rest = (): void => {
      clearTimeout(patience);
      this.slow = false;
    };
    this.#cache.renew(version);
    this.#cache.get<T>(address, request.signal).then(
      (answer) => {
        if (request.signal.aborted) return;
        rest();
        this.answer = answer;
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
