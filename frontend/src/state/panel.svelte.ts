import type { Theme } from "../model/colour_ramp";
import { oldestLogged, rootsOf } from "../model/base_model";
import { buildLineage } from "../model/lineage";
import { automaticColour, automaticSize, chosenMetric } from "../model/metric_choice";
import { changeScale, colourScale, type ColourScale } from "../model/map_scales";
import { foundBy } from "../model/model_search";
import { marksOf, only, toggled, withAll, type SelectMode } from "../model/selection";
import type { MetricChoice } from "../model/link/map";
import type { Place } from "../model/link/place";
import { DEFAULT_LINK_STATE, type LinkState } from "../model/url_state";
import type { MetricSpec, Model } from "../model/wire.gen";
import { AnswerCache } from "./asked.svelte";
import { Filters } from "./filters.svelte";
import { LiveModels } from "./live_models.svelte";
import { Search } from "./search.svelte";
import { Table } from "./table.svelte";
import { Tradeoffs } from "./tradeoffs.svelte";
import { UndoHistory } from "./undo.svelte";

/** Everything that the places of the panel share. */
export class Panel {
  readonly live = new LiveModels();
  readonly filters = new Filters(this);
  readonly tradeoffs = new Tradeoffs(this);
  readonly search = new Search(this);
  /** What was asked of models at a glance: going back to one asks for nothing. */
  readonly glances = new AnswerCache();
  readonly #undo = new UndoHistory();
  /** What the link keeps; replaced as a whole, never changed in place. */
  link = $state.raw<LinkState>(DEFAULT_LINK_STATE);
  theme = $state<Theme>("light");
  /** The model under the pointer or the keyboard's focus, in any place. */
  hovered = $state<string | null>(null);
  /** Keys of the models that some control stands for while the pointer is on it. */
  highlighted = $state.raw<ReadonlySet<string> | null>(null);
  /** The model whose menu is open, and where. */
  menu = $state.raw<{ key: string; x: number; y: number } | null>(null);

  readonly models = $derived(this.live.answer?.models ?? []);
  readonly specs = $derived(this.live.answer?.metrics ?? []);
  readonly problems = $derived(this.live.answer?.problems ?? []);
  readonly byKey = $derived(new Map(this.models.map((model) => [model.key, model])));
  /** The models to draw: all, or those that pass the filters where the others are hidden. */
  readonly shown = $derived(this.filters.shown);
  /** Keys of what the search finds; null while nothing is searched. */
  readonly found = $derived(foundBy(this.models, this.link.search));
  /** How many models were logged, without those that are only named as parents. */
  readonly logged = $derived(this.models.filter(({ status }) => status !== "missing").length);
  readonly lineage = $derived(buildLineage(this.models));

  readonly selection = $derived(this.link.selection);
  readonly selectedKeys = $derived(this.selection.map(({ key }) => key));
  readonly selected = $derived(this.#known(this.selectedKeys));
  readonly marks = $derived(marksOf(this.selection));
  /** The model that others are compared with: the one made so, else a root. */
  readonly base = $derived(this.byKey.get(this.link.base ?? "") ?? this.#root());

  readonly colourMetric = $derived(chosenMetric(this.link.colour, this.specs, automaticColour));
  readonly sizeMetric = $derived(chosenMetric(this.link.size, this.specs, automaticSize));
  readonly colourSpec = $derived(this.#spec(this.colourMetric));
  readonly sizeSpec = $derived(this.#spec(this.sizeMetric));
  /** What colours mean, in the map and in the trade-offs; null for nothing. */
  readonly colour = $derived(this.#colourScale());
  readonly table = new Table(this);

  /** What the link asks for and these models lack. */
  readonly unknown = $derived(this.#unknown());

  set(change: Partial<LinkState>): void {
    this.#undo.remember(this.link, change);
    this.link = { ...this.link, ...change };
  }

  /** Takes back the latest change of selection, base or filters. */
  undo(): void {
    const change = this.#undo.takeBack();
    if (change) this.link = { ...this.link, ...change };
  }

  go(place: Place): void {
    this.set({ place });
  }

  select(key: string, mode: SelectMode): void {
    const { selection } = this.link;
    this.set({ selection: mode === "toggle" ? toggled(selection, key) : only(selection, [key]) });
  }

  /** Selects exactly `keys`, or adds them. */
  selectMany(keys: readonly string[], mode: "only" | "add" = "only"): void {
    const { selection } = this.link;
    this.set({ selection: mode === "add" ? withAll(selection, keys) : only(selection, keys) });
  }

  clearSelection(): void {
    if (this.selection.length) this.set({ selection: [] });
  }

  makeBase(key: string): void {
    this.set({ base: key });
  }

  openMenu(key: string, x: number, y: number): void {
    this.menu = { key, x, y };
  }

  /** Takes out of the link what it asks for in vain. */
  forgetUnknown(): void {
    const { selection, base, colour, size } = this.link;
    this.set({
      selection: selection.filter(({ key }) => this.byKey.has(key)),
      base: this.byKey.has(base ?? "") ? base : null,
      colour: this.#exists(colour) ? colour : { kind: "auto" },
      size: this.#exists(size) ? size : { kind: "auto" },
    });
  }

  #exists(choice: MetricChoice): boolean {
    return choice.kind !== "metric" || this.specs.some(({ name }) => name === choice.name);
  }

  #spec(metric: string | null): MetricSpec | null {
    return this.specs.find(({ name }) => name === metric) ?? null;
  }

  #colourScale(): ColourScale | null {
    if (!this.colourSpec) return null;
    if (this.link.shade === "value") return colourScale(this.shown, this.colourSpec);
    const { nodes } = this.lineage;
    const parentOf = ({ key }: Model) => nodes.get(key)?.parent?.model;
    return changeScale(this.shown, this.colourSpec, parentOf);
  }

  #known(keys: readonly string[]): Model[] {
    return keys.flatMap((key) => this.byKey.get(key) ?? []);
  }

  /** The oldest root of the first selected model, else of all. */
  #root(): Model | null {
    const [key] = this.selectedKeys;
    const own = key === undefined ? [] : rootsOf(this.lineage, key);
    return (
      oldestLogged(own) ?? oldestLogged(this.lineage.roots) ?? this.lineage.roots[0]?.model ?? null
    );
  }

  #unknown(): string[] {
    if (!this.live.answer) return [];
    const notes: string[] = [];
    const lost = this.selectedKeys.filter((key) => !this.byKey.has(key)).length;
    if (lost) notes.push(lost === 1 ? "1 selected model" : `${lost} selected models`);
    if (this.link.base !== null && !this.byKey.has(this.link.base)) notes.push("the base");
    const { colour, size } = this.link;
    for (const choice of [colour, size]) {
      if (choice.kind === "metric" && !this.#exists(choice)) {
        notes.push(`the metric “${choice.name}”`);
      }
    }
    return notes;
  }
}
