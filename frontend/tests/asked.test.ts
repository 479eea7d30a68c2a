import { describe, expect, test } from "vitest";

import { AnswerCache } from "../src/state/asked.svelte";

/** A server that answers when it is told to. */
class Server {
  readonly asked: { address: string; signal: AbortSignal; answer: (value: unknown) => void }[] = [];

  fetch = (address: string, signal: AbortSignal): Promise<unknown> =>
    new Promise((answer, refuse) => {
      this.asked.push({ address, signal, answer });
      signal.addEventListener("abort", () => refuse(new DOMException("", "AbortError")));
    });
}

const going = (): AbortSignal => new AbortController().signal;

describe("kept answers", () => {
  test("are asked for once, also at the same time", async () => {
    const server = new Server();
    const cache = new AnswerCache(server.fetch);
    const both = [cache.get("a", going()), cache.get("a", going())];
    server.asked[0]!.answer(1);
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(await cache.get("a", going())).toBe(1);
    expect(server.asked).toHaveLength(1);
  });

  test("are given up when nobody waits any more, and only then", async () => {
    const server = new Server();
    const cache = new AnswerCache(server.fetch);
    const one = new AbortController();
    const two = new AbortController();
    const first = cache.get("a", one.signal);
    const second = cache.get("a", two.signal);
    one.abort();
    expect(server.asked[0]!.signal.aborted).toBe(false);
    two.abort();
    expect(server.asked[0]!.signal.aborted).toBe(true);
    await expect(first).rejects.toThrow();
    await expect(second).rejects.toThrow();
    void cache.get("a", going());
    expect(server.asked).toHaveLength(2);
  });

  test("are forgotten with the version of what was logged", async () => {
    const server = new Server();
    const cache = new AnswerCache(server.fetch);
    cache.renew(1);
    const first = cache.get("a", going());
    server.asked[0]!.answer("old");
    await first;
    cache.renew(1);
    expect(await cache.get("a", going())).toBe("old");
    cache.renew(2);
    const again = cache.get("a", going());
    server.asked[1]!.answer("new");
    expect(await again).toBe("new");
  });

  test("that failed are asked for again", async () => {
    let times = 0;
    const cache = new AnswerCache(() => {
      times++;
      return times === 1 ? Promise.reject(new Error("down")) : Promise.resolve("up");
    });
    await expect(cache.get("a", going())).rejects.toThrow("down");
    expect(await cache.get("a", going())).toBe("up");
  });
});
