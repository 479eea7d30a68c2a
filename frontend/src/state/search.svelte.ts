import type { LinkedModels } from "./linked_models.svelte";

/** The walk through what the search finds. */
export class Search {
  readonly #panel: LinkedModels;
  /** The hit that is looked at; an object of its own for each step, so that each step is seen. */
  sought = $state.raw<{ readonly key: string } | null>(null);

  constructor(panel: LinkedModels) {
    this.#panel = panel;
  }

  /** Keys of the hits, each parent before its children. */
  readonly hits: readonly string[] = $derived.by(() => {
    const { found, lineage } = this.#panel;
    return found ? lineage.preorder.map(({ key }) => key).filter((key) => found.has(key)) : [];
  });
  /** Which of the hits is looked at, from 1; 0 for none. */
  readonly place = $derived.by(() => this.hits.indexOf(this.sought?.key ?? "") + 1);

  look(search: string): void {
    this.sought = null;
    this.#panel.set({ search });
  }

  /** Looks at the next hit, or the one before; from the last on to the first. */
  step(by: 1 | -1): void {
    const { hits, place } = this;
    if (hits.length === 0) return;
    const next = place === 0 && by < 0 ? -1 : place - 1 + by;
    this.#lookAt(hits[(next + hits.length) % hits.length]!);
  }

  /** Brings a model into view in the map, from wherever it is asked for. */
  show(key: string): void {
    this.#panel.go("overview");
    this.#lookAt(key);
  }

  #lookAt(key: string): void {
    this.sought = { key };
    this.#panel.hovered = key;
  }
}
