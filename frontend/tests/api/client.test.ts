import { afterEach, expect, test, vi } from "vitest";

import { fetchModels } from "../../src/api/client";
import { RefusedError, UnreachableError } from "../../src/api/response";

const EMPTY = {
  models: [],
  metrics: [],
  operations: [],
  datasets: [],
  problems: [],
  suggestions: [],
};

function answer(body: string | null, init: ResponseInit = {}): ReturnType<typeof vi.fn> {
  const fake = vi.fn(() => Promise.resolve(new Response(body, init)));
  vi.stubGlobal("fetch", fake);
  return fake;
}

afterEach(() => vi.unstubAllGlobals());

test("the address is relative, so that it follows TensorBoard’s path prefix", async () => {
  const fake = answer(JSON.stringify(EMPTY), { headers: { ETag: 'W/"1"' } });
  expect(await fetchModels(null)).toEqual({ data: EMPTY, etag: 'W/"1"' });
  expect(fake.mock.calls[0]?.[0]).toBe("models");
});

test("an unchanged answer is none", async () => {
  const fake = answer(null, { status: 304 });
  expect(await fetchModels('W/"1"')).toBeNull();
  const [, init] = fake.mock.calls[0] as [string, RequestInit];
  expect(init.headers).toEqual({ "If-None-Match": 'W/"1"' });
});

test("a refusal says why", async () => {
  answer('{"error": "There is no model k1."}', { status: 404 });
  await expect(fetchModels(null)).rejects.toThrow(new RefusedError(404, "There is no model k1."));
  answer("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" });
  await expect(fetchModels(null)).rejects.toThrow("502 Bad Gateway");
});

test("what is not our server is unreachable", async () => {
  answer("<html>Log in to the hotel’s network</html>");
  await expect(fetchModels(null)).rejects.toThrow(UnreachableError);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(fetchModels(null)).rejects.toThrow(UnreachableError);
});

test("a request that was given up is no failure of the server", async () => {
  const abort = new DOMException("aborted", "AbortError");
  vi.stubGlobal("fetch", () => Promise.reject(abort));
  await expect(fetchModels(null)).rejects.toBe(abort);
});
