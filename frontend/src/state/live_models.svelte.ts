import { fetchModels, report } from "../api/client";
import { RefusedError } from "../api/response";
import { watchReload, watchSeen } from "../host/tensorboard";
import type { Models } from "../model/wire.gen";
import { Wait } from "./wait.svelte";

/** As often as this the models are requested while somebody sees the panel. */
export const POLL_MS = 4000;
/** For so long it is said that TensorBoard is there again. */
const BACK_MS = 10_000;

/** The models of the log directory, requested again and again while the panel is seen. */
export class LiveModels {
  /** The newest response; it stays when later requests fail. */
  response = $state.raw<Models | null>(null);
  /** Changes with the response, and when TensorBoard is there again after it was away. */
  version = $state.raw<object>({});
  /** Why the last request failed; null when it did not. */
  failure = $state.raw<string | null>(null);
  /** Since when requests have failed, in milliseconds since 1970; null while they do not. */
  awaySince = $state.raw<number | null>(null);
  /** For how long TensorBoard was away that has just come back, in milliseconds; else null. */
  wasAway = $state.raw<number | null>(null);

  readonly #wait = new Wait();
  #etag: string | null = null;
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #back: ReturnType<typeof setTimeout> | undefined;
  #seen = false;

  /** Whether the first response is so late that the wait should be shown. */
  get slow(): boolean {
    return this.response === null && this.#wait.slow;
  }

  /** Whether TensorBoard keeps a request waiting unusually long. */
  get late(): boolean {
    return this.#wait.late;
  }

  /** Begins; returns what ends it. */
  start(): () => void {
    const stopReload = watchReload(() => this.refresh());
    const stopSeen = watchSeen((seen) => this.#see(seen));
    return () => {
      this.#seen = false;
      this.#wait.end();
      clearTimeout(this.#timer);
      clearTimeout(this.#back);
      this.#running?.abort();
      stopReload();
      stopSeen();
    };
  }

  /** Requests them now, unless nobody sees the panel or a request is under way. */
  refresh(): void {
    if (!this.#seen || this.#running) return;
    clearTimeout(this.#timer);
    void this.#request();
  }

  /** Requests them now; a request that is under way is given up. */
  askAgain(): void {
    this.#running?.abort();
    this.#running = null;
    this.refresh();
  }

  /** Says no longer that TensorBoard was away. */
  forgetAbsence(): void {
    this.wasAway = null;
  }

  #see(seen: boolean): void {
    this.#seen = seen;
    if (seen) this.refresh();
    else clearTimeout(this.#timer);
  }

  async #request(): Promise<void> {
    const request = (this.#running = new AbortController());
    this.#wait.begin();
    try {
      const response = await fetchModels(this.#etag, request.signal);
      if (response) {
        this.response = response.data;
        this.#etag = response.etag;
      }
      if (response || this.failure) this.version = {};
      if (this.awaySince !== null) this.#welcome(Date.now() - this.awaySince);
      this.failure = this.awaySince = null;
    } catch (error) {
      // Whoever gave it up has begun another.
      if (request.signal.aborted) return;
      this.failure = reasonOf(error);
      this.awaySince ??= Date.now();
      this.wasAway = null;
    }
    this.#running = null;
    this.#wait.end();
    if (this.#seen && !report()) this.#timer = setTimeout(() => this.refresh(), POLL_MS);
  }

  #welcome(milliseconds: number): void {
    this.wasAway = milliseconds;
    clearTimeout(this.#back);
    this.#back = setTimeout(() => this.forgetAbsence(), BACK_MS);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RefusedError)
    return `TensorBoard reports an error: ${error.message.replace(/\.$/, "")}.`;
  return error instanceof Error ? error.message : String(error);
}
