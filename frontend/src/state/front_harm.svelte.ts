import { behaviorsAddress } from "../api/addresses";
import type { Caution, HarmOnFront } from "../model/claims/front";
import type { DecidedHarm } from "../model/behaviors/front_harm";
import { worthAsking } from "../model/tradeoffs/worth_asking";
import type { HarmedSlices } from "../model/wire.gen";
import type { LinkedModels } from "./linked_models.svelte";
import { LatestResponse, type ResponseCache } from "./responses.svelte";
import type { Tradeoffs } from "./tradeoffs.svelte";

/** A front that moves while axes or filters are chosen is not asked of. */
const SETTLED_MS = 300;

/** Reads what the server finds; fetched with the first question. */
type Reading = typeof import("../model/behaviors/front_harm");

/** What predictions say against the models that trade-offs put forward. */
export class FrontHarm {
  readonly #models: LinkedModels;
  readonly #tradeoffs: Tradeoffs;
  readonly #glances: ResponseCache;
  /** While somebody looks at trade-offs. */
  #latest = $state.raw<LatestResponse<HarmedSlices> | null>(null);
  #settled = $state.raw<string | null>(null);
  #reading = $state.raw<Reading | null>(null);

  constructor(models: LinkedModels, tradeoffs: Tradeoffs, glances: ResponseCache) {
    this.#models = models;
    this.#tradeoffs = tradeoffs;
    this.#glances = glances;
  }

  /** Keys of the models that are asked of: one request, of few. */
  readonly #asked = $derived.by(() => {
    const { decision, bestWithin, frontPoints } = this.#tradeoffs;
    const front = frontPoints.map(({ model }) => model).reverse();
    const best = bestWithin.map(({ model }) => model);
    return worthAsking(this.#models.base, [
      ...(decision ? [decision.model] : []),
      ...best,
      ...front,
    ]);
  });
  readonly #address = $derived.by(() => {
    const { base, link } = this.#models;
    if (!base || this.#asked.length === 0) return null;
    const subject = { base: base.key, models: this.#asked, dataset: link.evaluation };
    return behaviorsAddress("harmed", { ...subject, measure: null, form: null });
  });

  readonly #response = $derived.by(() => this.#latest?.response ?? null);

  /** The models that harm instances more than the rest, by key. */
  readonly cautions: ReadonlyMap<string, Caution> = $derived.by(() =>
    this.#response && this.#reading
      ? this.#reading.cautionsOf(this.#response, this.#asked)
      : new Map(),
  );
  /** How many of the front these are. */
  readonly onFront: HarmOnFront = $derived.by(() => {
    const { front } = this.#tradeoffs;
    const harmed = [...front].filter((key) => this.cautions.has(key));
    return { harmed: harmed.length, front: front.size };
  });

  /** What is known of the model that the decision names; null where nothing is, or not yet. */
  readonly ofDecision: DecidedHarm | null = $derived.by(() => {
    const { decision } = this.#tradeoffs;
    return decision && this.#response && this.#reading
      ? this.#reading.decidedHarm(this.#response, decision.model.key)
      : null;
  });

  cautionOf = (key: string): Caution | null => this.cautions.get(key) ?? null;

  /** To be called while a component that shows trade-offs is set up: nobody else asks. */
  follow(): void {
    $effect(() => {
      const address = this.#address;
      const timer = setTimeout(() => (this.#settled = address), SETTLED_MS);
      return () => clearTimeout(timer);
    });
    $effect(() => {
      if (this.#settled) void this.#read();
    });
    this.#latest = new LatestResponse(
      this.#glances,
      () => this.#settled,
      () => this.#models.live.version,
    );
  }

  async #read(): Promise<void> {
    this.#reading = await import("../model/behaviors/front_harm");
  }
}
