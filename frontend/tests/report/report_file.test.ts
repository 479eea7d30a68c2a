/** A report answers from its own file: what stands in for the client, over a document of a test. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type * as client from "../../src/api/client";
import type * as reportFile from "../../src/api/report_file";
import { AbsentError, RefusedError } from "../../src/api/response";
import { answerKey } from "../../src/api/answer_key";
import { differencesAddress, imageAddress } from "../../src/api/addresses";
import type * as hostReport from "../../src/host/report_file";
import type * as hostTensorBoard from "../../src/host/tensorboard";
import type { Report } from "../../src/model/wire.gen";
import { model } from "../builders";

/** What takes the place of a module has all that it has. */
type Fits<Stand extends Usual, Usual> = Stand;
export type Client = Fits<typeof reportFile, typeof client>;
export type Host = Fits<typeof hostReport, typeof hostTensorBoard>;

const REPORT: Report = {
  title: "T",
  created: 1_796_000_000,
  version: "0.1.0",
  base: "dense",
  models: ["a", "b"],
  instances: true,
  rows: 200,
  holds: [],
  cut: [],
};
const IMAGE = "data:image/png;base64,AAAA";
const MODELS = ["dense", "a", "b", "c", "d"].map((id) => model(id));

async function packed(value: unknown): Promise<string> {
  if (value === IMAGE) return IMAGE;
  const stream = new Blob([JSON.stringify(value)])
    .stream()
    .pipeThrough(new CompressionStream("gzip"));
  return btoa(String.fromCharCode(...new Uint8Array(await new Response(stream).arrayBuffer())));
}

/** The stand-in, over a file that holds `answers` by address and refuses `refused`. */
async function opened(
  answers: Record<string, unknown>,
  report: Partial<Report> = {},
  refused: Record<string, string> = {},
): Promise<typeof reportFile> {
  const all: Record<string, unknown> = { models: { models: MODELS }, ...answers };
  const at = Object.fromEntries(Object.keys(all).map((name, place) => [answerKey(name), place]));
  const why = Object.entries(refused).map(([name, text]) => [answerKey(name), text]);
  const texts: Record<string, unknown> = {
    "cnc-report": { ...REPORT, ...report },
    "cnc-answers": {
      index: await packed({ at, refused: Object.fromEntries(why) }),
      bodies: await Promise.all(Object.values(all).map(packed)),
    },
  };
  vi.stubGlobal("document", {
    getElementById: (id: string) => ({ textContent: JSON.stringify(texts[id]) }),
    dispatchEvent: vi.fn(),
  });
  const stand = await import("../../src/api/report_file");
  await stand.fetchModels(null);
  return stand;
}

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllGlobals());

/** What is refused; classes of errors are other ones in modules that are loaded anew. */
async function refusal(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("it was answered"),
    (error: unknown) => error as Error,
  );
}

test("answers what is inside, once and for all", async () => {
  const stand = await opened({ "layers?base=dense&level=tree": { rows: 3 } });
  expect(await stand.fetchWhole("layers?level=tree&base=dense")).toEqual({ rows: 3 });
  const first = await stand.fetchModels(null);
  expect(first?.data.models).toHaveLength(5);
  expect(await stand.fetchModels(first?.etag ?? null)).toBeNull();
  expect(await stand.fetchLogdir()).toBeNull();
});

test("finds differences however few models are named", async () => {
  const stand = await opened({ "differences?models=a,b,c,d": { models: ["a", "b", "c", "d"] } });
  const address = differencesAddress(
    ["d", "c", "b", "a"],
    MODELS.map(({ key }) => key),
  );
  expect(address).toBe("differences?except=dense");
  expect(await stand.fetchWhole(address)).toEqual({ models: ["a", "b", "c", "d"] });
});

test("has the images that it holds, and no others", async () => {
  const stand = await opened({ [imageAddress("k", 7)]: IMAGE });
  expect(stand.imageSource("k", 7)).toBe(IMAGE);
  expect(stand.imageSource("k", 8)).toBeNull();
  expect(stand.imageSource("k", "constructor")).toBeNull();
});

test("says what the route refused", async () => {
  const stand = await opened({}, {}, { "behaviors?base=a": "None has predictions." });
  const error = await refusal(stand.fetchWhole("behaviors?base=a"));
  expect(error).toMatchObject({ name: "RefusedError", message: "None has predictions." });
  expect(new AbsentError("")).toBeInstanceOf(RefusedError);
});

test("says what would have it inside", async () => {
  const stand = await opened({});
  const error = await refusal(stand.fetchWhole("behaviors?level=summary&base=dense&models=c"));
  expect(error.name).toBe("AbsentError");
  expect(error.message).toMatch(/^Not in this report, made on \d+ \w+ 2026 with 2 models of 5\./);
  expect(error.message).toContain(
    "tensorboard-cnc report DIR --base dense --models a b c -o report.html",
  );
});

test("leads to TensorBoard for other questions about its own models", async () => {
  const stand = await opened({});
  const error = await refusal(stand.fetchWhole("behaviors?level=slices&base=dense&models=b,a"));
  expect(error.message).toMatch(/Open the log directory in TensorBoard to see it\.$/);
});

test("says that instances were left out", async () => {
  const stand = await opened({}, { instances: false });
  const error = await refusal(stand.fetchWhole("behaviors?level=instances&base=dense&models=a,b"));
  expect(error.message).toContain("--no-instances");
});
