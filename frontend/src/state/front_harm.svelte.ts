import { behaviorsAddress } from "../api/addresses";
import type { Caution, HarmOnFront } from "../model/claims/front";
import { cautionsOf, worthAsking } from "../model/tradeoffs/cautions";
import type { HarmedSlices } from "../model/wire.gen";
import type { Panel } from "./panel.svelte";
import { LatestResponse } from "./responses.svelte";

/** A front that moves while axes or filters are chosen is not asked of. */
const SETTLED_MS = 300;

/** What predictions say against the models that trade-offs put forward. */
export class FrontHarm {
  readonly #panel: Panel;
  /** While somebody looks at trade-offs. */
  #latest = $state.raw<LatestResponse<HarmedSlices> | null>(null);
  #settled = $state.raw<string | null>(null);

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** Keys of the models that are asked of: one request, of few. */
  readonly #asked = $derived.by(() => {
    const { base, tradeoffs } = this.#panel;
    const best = tradeoffs.bestWithin.map(({ model }) => model);
    const front = tradeoffs.frontPoints.map(({ model }) => model);
    return worthAsking(base, [...best, ...front.reverse()]);
  });
  readonly #address = $derived.by(() => {
    const { base, link } = this.#panel;
    if (!base || this.#asked.length === 0) return null;
    const subject = { base: base.key, models: this.#asked, dataset: link.evaluation };
    return behaviorsAddress("harmed", { ...subject, measure: null, form: null });
  });

  /** The models that harm instances more than the rest, by key. */
  readonly cautions: ReadonlyMap<string, Caution> = $derived.by(() =>
    cautionsOf(this.#latest?.response ?? null, this.#asked),
  );
  /** How many of the front these are. */
  readonly onFront: HarmOnFront = $derived.by(() => {
    const { front } = this.#panel.tradeoffs;
    const harmed = [...front].filter((key) => this.cautions.has(key));
    return { harmed: harmed.length, front: front.size };
  });

  cautionOf = (key: string): Caution | null => this.cautions.get(key) ?? null;

  /** To be called while a component that shows trade-offs is set up: nobody else asks. */
  follow(): void {
    $effect(() => {
      const address = this.#address;
      const timer = setTimeout(() => (this.#settled = address), SETTLED_MS);
      return () => clearTimeout(timer);
    });
    const { glances } = this.#panel;
    this.#latest = new LatestResponse(
      glances,
      () => this.#settled,
      () => this.#panel.live.response,
    );
  }
}
