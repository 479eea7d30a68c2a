import { describe, expect, test } from "vitest";

import { ResponseCache } from "../../src/state/responses.svelte";
import { Server } from "./server";

const going = (): AbortSignal => new AbortController().signal;

describe("kept responses", () => {
  test("are requested once, also at the same time", async () => {
    const server = new Server();
    const cache = new ResponseCache(server.fetch);
    const both = [cache.get("a", going()), cache.get("a", going())];
    server.requests[0]!.respond(1);
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(await cache.get("a", going())).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  test("are given up when nobody waits any more, and only then", async () => {
    const server = new Server();
    const cache = new ResponseCache(server.fetch);
    const one = new AbortController();
    const two = new AbortController();
    const first = cache.get("a", one.signal);
    const second = cache.get("a", two.signal);
    one.abort();
    expect(server.requests[0]!.signal.aborted).toBe(false);
    two.abort();
    expect(server.requests[0]!.signal.aborted).toBe(true);
    await expect(first).rejects.toThrow();
    await expect(second).rejects.toThrow();
    void cache.get("a", going());
    expect(server.requests).toHaveLength(2);
  });

  test("are forgotten with the version of what was logged", async () => {
    const server = new Server();
    const cache = new ResponseCache(server.fetch);
    cache.renew(1);
    const first = cache.get("a", going());
    server.requests[0]!.respond("old");
    await first;
    cache.renew(1);
    expect(await cache.get("a", going())).toBe("old");
    cache.renew(2);
    const again = cache.get("a", going());
    server.requests[1]!.respond("new");
    expect(await again).toBe("new");
  });

  test("that failed are requested again", async () => {
    let times = 0;
    const cache = new ResponseCache(() => {
      times++;
      return times === 1 ? Promise.reject(new Error("down")) : Promise.resolve("up");
    });
    await expect(cache.get("a", going())).rejects.toThrow("down");
    expect(await cache.get("a", going())).toBe("up");
  });
});
