import { counted } from "../model/format/numbers";
import type { Theme } from "../model/colour/palette";
import { changeScale, colourScale, type ColourScale } from "../model/map/scales";
import type { Model } from "../model/wire.gen";
import { Filters } from "./filters.svelte";
import { FrontHarm } from "./front_harm.svelte";
import { LinkedModels } from "./linked_models.svelte";
import { ResponseCache } from "./responses.svelte";
import { Search } from "./search.svelte";
import { Table } from "./table.svelte";
import { Tradeoffs } from "./tradeoffs.svelte";

/** A link with more is refused by some servers and mailers. */
const MOST_SELECTED = 500;

/** Everything that the places of the panel share. */
export class Panel extends LinkedModels {
  // Filters may ask for models within budgets, and trade-offs are among what filters leave.
  readonly filters: Filters = new Filters(this, () => this.tradeoffs.withinBudgets);
  readonly tradeoffs = new Tradeoffs(this, this.filters);
  /** What was requested of models at a glance: going back to one requests nothing. */
  readonly glances = new ResponseCache();
  readonly frontHarm = new FrontHarm(this, this.tradeoffs, this.glances);
  readonly search = new Search(this);
  readonly table = new Table(this, this.filters, this.tradeoffs, (key) =>
    this.frontHarm.cautionOf(key),
  );
  theme = $state<Theme>("light");
  /** Keys of the models that some control stands for while the pointer is on it. */
  highlighted = $state.raw<ReadonlySet<string> | null>(null);
  /** The model whose menu is open, and where. */
  menu = $state.raw<{ key: string; x: number; y: number } | null>(null);

  /** What was just done, for who does not see it. */
  told = $state("");

  /** The models to draw: all, or those that pass the filters where the others are hidden. */
  readonly shown = $derived(this.filters.shown);
  // Apart from the rest of the link, so that what a person opens does not colour all anew.
  readonly #shade = $derived(this.link.shade);
  readonly #resolution = $derived(this.link.resolution);
  /** What colours mean, in the map and in the trade-offs; null for nothing. */
  readonly colour = $derived(this.#colourScale());

  /** Selects what is shown and not left out; of very many the first in the table's order. */
  selectShown(): void {
    const shown = new Set(this.shown.map(({ key }) => key));
    const keys = this.table.models
      .filter(({ key, status }) => status !== "missing" && shown.has(key))
      .map(({ key }) => key)
      .filter((key) => !this.filters.leavesOut(key));
    const chosen = keys.slice(0, MOST_SELECTED);
    this.selectMany(chosen);
    const rest = keys.length - chosen.length;
    this.told = `${counted(chosen.length, "model")} selected${rest ? `; ${rest.toLocaleString("en")} more are too many for a link` : ""}.`;
  }

  openMenu(key: string, x: number, y: number): void {
    this.menu = { key, x, y };
  }

  #colourScale(): ColourScale | null {
    if (!this.colourSpec) return null;
    if (this.#shade === "value") {
      return colourScale(this.shown, this.colourSpec, this.#resolution);
    }
    const { nodes } = this.lineage;
    const parentOf = ({ key }: Model) => nodes.get(key)?.parent?.model;
    return changeScale(this.shown, this.colourSpec, parentOf, this.tradeoffs.stepNoise);
  }
}
