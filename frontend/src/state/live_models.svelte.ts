import { fetchModels, RefusedError } from "../api/client";
import { watchReload } from "../host/tensorboard";
import type { Models } from "../model/wire.gen";

const POLL_MS = 4000;
/** After that long without a response the wait is shown. */
const PATIENCE_MS = 300;

/** The models of the log directory, requested again and again while the panel is visible. */
export class LiveModels {
  /** The newest response; it stays when later requests fail. */
  response = $state.raw<Models | null>(null);
  /** Why the last request failed; null when it did not. */
  failure = $state.raw<string | null>(null);
  /** Whether the first response is so late that the wait should be shown. */
  slow = $state(false);
  /** When the last response came, in milliseconds since 1970. */
  respondedAt = $state.raw<number | null>(null);

  #etag: string | null = null;
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #visible = false;

  /** Begins; returns what ends it. */
  start(): () => void {
    const patience = setTimeout(() => (this.slow = this.response === null), PATIENCE_MS);
    const stopReload = watchReload(() => this.refresh());
    const stopVisibility = this.#watchVisibility();
    return () => {
      clearTimeout(patience);
      clearTimeout(this.#timer);
      this.#running?.abort();
      stopReload();
      stopVisibility();
    };
  }

  /** Requests them now, unless the panel is hidden or a request is under way. */
  refresh(): void {
    if (!this.#visible || this.#running) return;
    clearTimeout(this.#timer);
    void this.#request();
  }

  async #request(): Promise<void> {
    const request = (this.#running = new AbortController());
    try {
      const response = await fetchModels(this.#etag, request.signal);
      if (response) {
        this.response = response.data;
        this.#etag = response.etag;
      }
      this.respondedAt = Date.now();
      this.failure = null;
      this.slow = false;
    } catch (error) {
      if (!request.signal.aborted) this.failure = reasonOf(error);
    } finally {
      this.#running = null;
    }
    if (this.#visible) this.#timer = setTimeout(() => this.refresh(), POLL_MS);
  }

  /** TensorBoard hides the frames of other tabs by giving them no size. */
  #watchVisibility(): () => void {
    let onScreen = true;
    const update = (): void => {
      const before = this.#visible;
      this.#visible = onScreen && document.visibilityState === "visible";
      if (this.#visible && !before) this.refresh();
      if (!this.#visible) clearTimeout(this.#timer);
    };
    const observer = new IntersectionObserver((entries) => {
      onScreen = entries.at(-1)?.isIntersecting ?? true;
      update();
    });
    observer.observe(document.documentElement);
    document.addEventListener("visibilitychange", update);
    update();
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", update);
    };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RefusedError)
    return `TensorBoard reports an error: ${error.message.replace(/\.$/, "")}.`;
  return error instanceof Error ? error.message : String(error);
}
