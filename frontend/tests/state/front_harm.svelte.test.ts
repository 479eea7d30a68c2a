// @vitest-environment client
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { FrontHarm } from "../../src/state/front_harm.svelte";
import type { LinkedModels } from "../../src/state/linked_models.svelte";
import { ResponseCache } from "../../src/state/responses.svelte";
import type { Tradeoffs } from "../../src/state/tradeoffs.svelte";
import type { Model } from "../../src/model/wire.gen";
import { modelHarm } from "../behaviors/builders";
import { model } from "../builders";
import { Server } from "./server";

const logged = { predictions: ["d"], weights: false, activations: false };
const [base, ...models] = ["base", "a", "b", "c"].map((id) => model(id, { logged }));

/** A front that the test moves, and what is asked of the server about it. */
class Stage {
  readonly server = new Server();
  front = $state.raw<readonly Model[]>([]);
  readonly harm: FrontHarm;
  readonly #end: () => void;

  constructor() {
    const stage = () => this.front;
    const linked = { base, link: { evaluation: "set" }, live: { response: 1 } };
    const tradeoffs = {
      bestWithin: [],
      get frontPoints() {
        return stage().map((model) => ({ key: model.key, model }));
      },
      get front() {
        return new Set(stage().map(({ key }) => key));
      },
    };
    this.harm = new FrontHarm(
      linked as unknown as LinkedModels,
      tradeoffs as unknown as Tradeoffs,
      new ResponseCache(this.server.fetch),
    );
    this.#end = $effect.root(() => this.harm.follow());
  }

  async show(front: readonly Model[], forMs = 0): Promise<void> {
    this.front = front;
    await vi.advanceTimersByTimeAsync(forMs);
  }

  async respond(at: number, ...harmed: readonly string[]): Promise<void> {
    const found = { models: harmed.map((key) => modelHarm(key, { harmed: 1 })) };
    this.server.requests[at]!.respond(found);
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(0);
  }

  end(): void {
    this.#end();
  }
}

let stage: Stage;

beforeEach(() => {
  vi.useFakeTimers();
  stage = new Stage();
});

afterEach(() => {
  stage.end();
  vi.useRealTimers();
});

test("one question is asked, of all of the front, once it has come to rest", async () => {
  await stage.show(models.slice(0, 1), 200);
  await stage.show(models.slice(0, 2), 200);
  expect(stage.server.requests).toHaveLength(0);
  await stage.show(stage.front, 200);
  expect(stage.server.requests.map(({ address }) => address)).toEqual([
    "behaviors?level=harmed&base=base&models=b%2Ca&dataset=set",
  ]);
  expect(stage.harm.cautionOf("a")).toBeNull();
  await stage.respond(0, "a", "c");
  expect([...stage.harm.cautions.keys()]).toEqual(["a"]);
  expect(stage.harm.onFront).toEqual({ harmed: 1, front: 2 });
});

test("a front that was asked of before is not asked of again", async () => {
  for (const front of [models.slice(0, 1), models.slice(1), models.slice(0, 1)]) {
    await stage.show(front, 400);
    if (stage.server.requests.length < 3)
      await stage.respond(stage.server.requests.length - 1, "a");
  }
  expect(stage.server.requests).toHaveLength(2);
  expect(stage.harm.cautionOf("a")).toBe("harmed");
});

test("nothing is asked where the base or the front has no predictions", async () => {
  await stage.show([model("bare")], 400);
  expect(stage.server.requests).toHaveLength(0);
});
