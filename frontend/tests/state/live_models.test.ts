import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const host = vi.hoisted(() => ({ see: (_: boolean): void => undefined }));
vi.mock("../../src/host/tensorboard", () => ({
  watchReload: () => () => undefined,
  watchSeen: (listener: (seen: boolean) => void) => {
    host.see = listener;
    return () => undefined;
  },
}));

import { LiveModels, POLL_MS } from "../../src/state/live_models.svelte";
import { LATE_MS } from "../../src/state/wait.svelte";

const EMPTY = JSON.stringify({ models: [] });
type Answer = () => Promise<Response>;
const all: Answer = () => Promise.resolve(new Response(EMPTY, { headers: { ETag: 'W/"1"' } }));
const unchanged: Answer = () => Promise.resolve(new Response(null, { status: 304 }));
const away: Answer = () => Promise.reject(new TypeError("Failed to fetch"));

let signals: AbortSignal[] = [];

/** From now on TensorBoard answers so. */
function answering(answer: Answer): void {
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    const { signal } = init;
    signals.push(signal!);
    const aborted = new Promise<never>((_, refuse) =>
      signal!.addEventListener("abort", () => refuse(new DOMException("", "AbortError"))),
    );
    return Promise.race([answer(), aborted]);
  });
}

let live: LiveModels;
let stop: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  signals = [];
  answering(all);
  live = new LiveModels();
  stop = live.start();
  host.see(true);
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the models", () => {
  test("are requested while somebody sees the panel, and only then", async () => {
    expect(signals).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2 * POLL_MS);
    expect(signals).toHaveLength(3);
    host.see(false);
    await vi.advanceTimersByTimeAsync(100 * POLL_MS);
    expect(signals).toHaveLength(3);
    host.see(true);
    expect(signals).toHaveLength(4);
  });

  test("stay while TensorBoard is away, which is said, as is its return", async () => {
    const { response, version } = live;
    answering(away);
    await vi.advanceTimersByTimeAsync(2 * POLL_MS);
    expect(live.failure).toBe("TensorBoard does not respond.");
    expect(live.response).toBe(response);
    expect(live.version).toBe(version);
    answering(unchanged);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(live.failure).toBeNull();
    expect(live.wasAway).toBe(2 * POLL_MS);
    // What failed meanwhile is requested anew, though nothing new was logged.
    expect(live.response).toBe(response);
    expect(live.version).not.toBe(version);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(live.wasAway).toBeNull();
  });

  test("that are unchanged are no new version", async () => {
    const { version } = live;
    answering(unchanged);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(live.version).toBe(version);
  });

  test("that come late can be asked for again", async () => {
    answering(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(POLL_MS + LATE_MS);
    expect([live.late, live.failure]).toEqual([true, null]);
    answering(all);
    live.askAgain();
    await vi.advanceTimersByTimeAsync(0);
    expect(live.late).toBe(false);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false]);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(signals).toHaveLength(4);
  });
});
