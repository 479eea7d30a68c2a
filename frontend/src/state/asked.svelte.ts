import { untrack } from "svelte";

import { fetchWhole } from "../api/client";

const PATIENCE_MS = 300;
/** Answers that are kept for when they are asked for again. */
const KEPT = 40;

/** Answers by address, until the log directory changes. */
export class AnswerCache {
  #answers = new Map<string, unknown>();
  #version: unknown;

  /** Forgets all where `version` is another than before. */
  renew(version: unknown): void {
    if (version !== this.#version) this.#answers = new Map();
    this.#version = version;
  }

  async get<T>(address: string, signal: AbortSignal): Promise<T> {
    if (this.#answers.has(address)) return this.#answers.get(address) as T;
    const answer = await fetchWhole<T>(address, signal);
    this.#answers.set(address, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > KEPT && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }
}

/** The answer at an address that changes: the last one stays until the next is there. */
export class Asked<T> {
  answer = $state.raw<T | null>(null);
  /** The address that `answer` came from. */
  answered = $state.raw<string | null>(null);
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
    this.answer = this.answered = this.failure = null;
  }

  #ask(address: string, version: unknown): () => void {
    const request = new AbortController();
    const patience = setTimeout(() => (this.slow = true), PATIENCE_MS);
    this.#cache.renew(version);
    this.#cache
      .get<T>(address, request.signal)
      .then((answer) => {
        if (request.signal.aborted) return;
        this.answer = answer;
        this.answered = address;
        this.failure = null;
      })
      .catch((error: unknown) => {
        if (request.signal.aborted) return;
        this.failure = error instanceof Error ? error.message : String(error);
      })
      .finally(() => {
        clearTimeout(patience);
        if (!request.signal.aborted) this.slow = false;
      });
    return () => {
      clearTimeout(patience);
      request.abort();
    };
  }
}
