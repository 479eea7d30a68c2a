import type { Panel } from "./panel.svelte";

/** Which models pass the filters. */
export class Filters {
  readonly #panel: Panel;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** Keys of the models that pass; null while nothing is filtered. */
  get passing(): ReadonlySet<string> | null {
    void this.#panel;
    return null;
  }
}
