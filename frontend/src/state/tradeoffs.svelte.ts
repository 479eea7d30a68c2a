import type { Panel } from "./panel.svelte";

/** Which models are worth their cost. */
export class Tradeoffs {
  readonly #panel: Panel;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** Keys of the models on the Pareto front. */
  get front(): ReadonlySet<string> {
    void this.#panel;
    return new Set();
  }
}
