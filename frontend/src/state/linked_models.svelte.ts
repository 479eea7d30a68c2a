import { underShownNames } from "../model/labels/display_names";
import { defaultBase } from "../model/lineage/default_base";
import { buildLineage } from "../model/lineage/lineage";
import type { MetricChoice } from "../model/link/map";
import type { Place } from "../model/link/place";
import { DEFAULT_LINK_STATE, type LinkState } from "../model/link/url_state";
import { automaticColour, automaticSize, chosenMetric } from "../model/metrics/metric_choice";
import { foundBy } from "../model/selection/model_search";
import { marksOf, only, toggled, withAll, type SelectMode } from "../model/selection/selection";
import { leftOut } from "../model/selection/hidden";
import type { MetricSpec, Model, Report } from "../model/wire.gen";
import { LiveModels } from "./live_models.svelte";

/** The models that were logged, and what the link chooses of them. */
export class LinkedModels {
  readonly live = new LiveModels();
  readonly #undo = new UndoHistory();
  /** What the link keeps; replaced as a whole, never changed in place. */
  link = $state.raw<LinkState>(DEFAULT_LINK_STATE);
  /** The model under the pointer or the keyboard's focus, in any place. */
  hovered = $state<string | null>(null);

  /** All models, each under the name that it is shown under. */
  readonly all = $derived(underShownNames(this.live.response?.models ?? []));
  /** How many models are hidden, were they all left out. */
  readonly hidden = $derived(leftOut(this.all, this.#wanted()).size);
  /** Those that are not left out. */
  readonly models = $derived(this.#inSight());
  readonly specs = $derived(this.live.response?.metrics ?? []);
  readonly operations = $derived(this.live.response?.operations ?? []);
  readonly problems = $derived(this.live.response?.problems ?? []);
  readonly suggestions = $derived(this.live.response?.suggestions ?? []);
  readonly byKey = $derived(new Map(this.models.map((model) => [model.key, model])));
  /** Keys of what the search finds; null while nothing is searched. */
  readonly found = $derived(foundBy(this.models, this.link.search));
  /** How many models were logged, without those that are only named as parents. */
  readonly logged = $derived(this.models.filter(({ status }) => status !== "missing").length);
  readonly lineage = $derived(buildLineage(this.models));

  readonly selection = $derived(this.link.selection);
  readonly selectedKeys = $derived(this.selection.map(({ key }) => key));
  readonly selected = $derived(this.#known(this.selectedKeys));
  readonly marks = $derived(marksOf(this.selection));
  /** What tells models that were trained from those at chance. */
  readonly quality = $derived(this.#quality());
  /** What is the base until somebody makes another one so: no view changes it. */
  readonly defaultBase = $derived(defaultBase(this.lineage, this.quality));
  /** The model that others are compared with. */
  readonly base = $derived(this.byKey.get(this.link.base ?? "") ?? this.defaultBase?.model ?? null);

  readonly colourMetric = $derived(chosenMetric(this.link.colour, this.specs, automaticColour));
  readonly sizeMetric = $derived(chosenMetric(this.link.size, this.specs, automaticSize));
  readonly colourSpec = $derived(this.#spec(this.colourMetric));
  readonly sizeSpec = $derived(this.#spec(this.sizeMetric));

  /** What the link asks for and these models lack. */
  readonly unknown = $derived(this.#unknown());

  /** `series`: what is being dragged or typed; all its changes are one step of undo. */
  set(change: Partial<LinkState>, series: string | null = null): void {
    this.#undo.remember(this.link, change, series);
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

  /** Selects what a report is about. */
  showReported({ base, models }: Report): void {
    this.set({ base, selection: only(this.link.selection, models) });
  }

  makeBase(key: string): void {
    this.set({ base: key });
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

  /** Keys of the models that the link asks for. */
  #wanted(): string[] {
    const { selection, base } = this.link;
    return [...selection.map(({ key }) => key), ...(base === null ? [] : [base])];
  }

  #inSight(): readonly Model[] {
    if (this.link.showHidden) return this.all;
    const hidden = leftOut(this.all, this.#wanted());
    return hidden.size ? this.all.filter(({ key }) => !hidden.has(key)) : this.all;
  }

  #exists(choice: MetricChoice): boolean {
    return choice.kind !== "metric" || this.specs.some(({ name }) => name === choice.name);
  }

  #spec(metric: string | null): MetricSpec | null {
    return this.specs.find(({ name }) => name === metric) ?? null;
  }

  #known(keys: readonly string[]): Model[] {
    return keys.flatMap((key) => this.byKey.get(key) ?? []);
  }

  /** The metric by which a model is seen to be trained. */
  #quality(): MetricSpec | null {
    const name = automaticColour(this.specs);
    return this.#spec(name);
  }

  #unknown(): string[] {
    if (!this.live.response) return [];
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

/** What Ctrl+Z takes back: choices of models, not of views. */
const UNDOABLE = [
  "selection",
  "base",
  "filters",
  "budgets",
  "conditions",
  "layerRange",
] as const satisfies readonly string[];
const KEPT = 100;

type Change = Partial<LinkState>;

/** The steps that can be taken back, the latest last. */
export class UndoHistory {
  #steps: Change[] = [];
  /** What the latest step belongs to. */
  #series: string | null = null;

  /** Remembers what `change` replaces in `before`, if it is a choice of models. */
  remember(before: LinkState, change: Change, series: string | null = null): void {
    const names = UNDOABLE.filter((name) => name in change);
    if (names.length === 0 || (series !== null && series === this.#series)) return;
    this.#series = series;
    const replaced: Readonly<Record<string, unknown>> = { ...before };
    this.#steps.push(Object.fromEntries(names.map((name) => [name, replaced[name]])) as Change);
    if (this.#steps.length > KEPT) this.#steps.shift();
  }

  /** The change that takes back the latest step; null where there is none. */
  takeBack(): Change | null {
    this.#series = null;
    return this.#steps.pop() ?? null;
  }
}
