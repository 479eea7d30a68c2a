import type { Theme } from "../../model/colour/palette";
import { ambiguousIds, spokenModel } from "../../model/map/describe";
import { countIn, foldTexts, spokenFold } from "../../model/map/fold_words";
import { FoldTree } from "../../model/map/fold_tree";
import { foldMap, modelsAt, type FoldChoice } from "../../model/map/folds";
import { columnNotes, labelTexts, withChanges } from "../../model/map/labels";
import { layoutMap, type MapSpacing } from "../../model/map/layout";
import { markLegend, rampLegend, sizeLegend } from "../../model/map/legend";
import type { MapPicture } from "../../model/map/picture";
import { sizeScale, type ColourScale } from "../../model/map/scales";
import { buildScene, placesOf } from "../../model/map/scene";
import type { SelectionMark } from "../../model/selection/selection";
import type { MetricSpec, Model } from "../../model/wire.gen";
import { PlaceMotion } from "./motion.svelte";

/** What a map is drawn from. */
export interface MapInput {
  /** The models to show. */
  models: readonly Model[];
  /** How to read their metrics. */
  specs: readonly MetricSpec[];
  /** Metric that colours nodes, and what their colours mean; null for none. */
  colourSpec: MetricSpec | null;
  colour: ColourScale | null;
  /** Metric that nodes' areas show; null for one size. */
  sizeSpec: MetricSpec | null;
  /** What a column is. */
  columns: "operation" | "step";
  /** Which groups are open. */
  folds: FoldChoice;
  /** The mark of each selected model. */
  marks: ReadonlyMap<string, SelectionMark>;
  /** Key of the base. */
  base: string | null;
  /** Key of the model under the pointer, here or elsewhere on the page. */
  hovered: string | null;
  /** Keys of the models that a control under the pointer stands for. */
  highlighted: ReadonlySet<string> | null;
  /** Keys of the models on the Pareto front. */
  front: ReadonlySet<string>;
  /** Models of which predictions say something against their star, by key. */
  cautions: ReadonlyMap<string, unknown>;
  /** Keys of the models that the search finds, and of those that pass the filters; null: all. */
  found: ReadonlySet<string> | null;
  passing: ReadonlySet<string> | null;
  /** Light or dark, after TensorBoard. */
  theme: Theme;
}

/** Until the size of the frame is known. */
const FIRST: MapSpacing = { column: 120, row: 24, radius: 10 };

/** The map as it is drawn at this moment. To be created while a component is set up. */
export class MapDrawing {
  /** Distances; null until the size of the frame is known. */
  spacing = $state.raw<MapSpacing | null>(null);
  /** What is under the pointer in the map itself: a model or a fold. */
  pointed = $state.raw<string | null>(null);
  readonly places: PlaceMotion;

  readonly #input: () => MapInput;
  readonly #id: string;

  /** `id`: prefix of ids, unique on the page. */
  constructor(input: () => MapInput, id: string) {
    this.#input = input;
    this.#id = id;
    this.places = new PlaceMotion(
      () => (this.spacing ? placesOf(this.layout, this.spacing) : new Map()),
      (key) => this.layout.byKey.get(key)?.parent ?? null,
    );
  }

  readonly #models = $derived.by(() => this.#input().models);
  readonly tree = $derived.by(() => new FoldTree(this.#models));
  readonly folded = $derived.by(() => foldMap(this.#models, this.tree, this.#input().folds));
  readonly layout = $derived.by(() => layoutMap(this.folded.models, this.#input().columns));
  readonly ambiguous = $derived.by(() => ambiguousIds(this.#models));

  readonly #colour = $derived.by(() => this.#input().colour);
  readonly #largest = $derived.by(() => this.spacing?.radius ?? 1);
  readonly #size = $derived.by(() => {
    const { sizeSpec } = this.#input();
    return sizeSpec && sizeScale(this.#models, sizeSpec, this.#largest);
  });
  readonly #faded = $derived.by(() => {
    const { found, passing } = this.#input();
    if (!found && !passing) return undefined;
    return ({ key }: Model) => found?.has(key) === false || passing?.has(key) === false;
  });
  readonly #scene = $derived.by(() =>
    buildScene(this.layout, this.places.current, {
      colour: this.#colour,
      size: this.#size,
      largest: this.#largest,
      folds: this.folded.folds,
      faded: this.#faded,
    }),
  );

  /** How many of each fold's models are selected. */
  readonly #chosen = $derived.by(() => {
    const { marks } = this.#input();
    return new Map([...this.folded.folds].map(([key, fold]) => [key, countIn(fold, marks)]));
  });
  readonly #texts = $derived.by(() => {
    const { folds } = this.folded;
    const ofFolds = [...folds].map(
      ([key, fold]) => [key, foldTexts(fold, this.#colour, this.#chosen.get(key) ?? 0)] as const,
    );
    const texts = labelTexts(this.layout, folds, new Map(ofFolds));
    return withChanges(texts, this.layout, folds, this.#colour);
  });
  readonly #notes = $derived.by(() => columnNotes(this.layout, this.folded.folds));
  readonly #columns = $derived.by(() =>
    this.layout.columns.map((column) => ({
      ...column,
      keys: modelsAt(this.folded, column.keys, "members"),
    })),
  );
  readonly #colourSpec = $derived.by(() => this.#input().colourSpec);
  readonly #spoken = $derived.by(() => {
    const { folds } = this.folded;
    const texts = this.layout.placed.map(({ key, model }): [string, string] => {
      const fold = folds.get(key);
      if (fold) return [key, spokenFold(fold, this.#colour, this.#chosen.get(key) ?? 0)];
      return [key, spokenModel(model, this.tree.lineage, this.#colourSpec, this.ambiguous)];
    });
    return new Map(texts);
  });
  /** Of several marks in a fold, the first. */
  readonly #marks = $derived.by(
    () => new Map([...this.#input().marks].reverse().map(([key, mark]) => [this.seen(key), mark])),
  );
  readonly #front = $derived.by(
    () => new Set([...this.#input().front].map((key) => this.seen(key))),
  );

  readonly #cautions = $derived.by(
    () => new Set([...this.#input().cautions.keys()].map((key) => this.seen(key))),
  );

  readonly #highlighted = $derived.by(
    () => new Set([...(this.#input().highlighted ?? [])].map((key) => this.seen(key))),
  );

  readonly picture = $derived.by((): MapPicture => {
    const { base, hovered, theme } = this.#input();
    return {
      folded: this.folded,
      layout: this.layout,
      scene: this.#scene,
      spacing: this.spacing ?? FIRST,
      texts: this.#texts,
      columns: this.#columns,
      notes: this.#notes,
      spoken: this.#spoken,
      marks: this.#marks,
      base: base === null ? null : this.seen(base),
      hovered: this.pointed ?? (hovered === null ? null : this.seen(hovered)),
      highlighted: this.#highlighted,
      front: this.#front,
      cautions: this.#cautions,
      theme,
      moving: this.places.moving,
      id: this.#id,
    };
  });

  readonly ramp = $derived.by(() => this.#colour && rampLegend(this.#colour, this.#input().theme));
  readonly circles = $derived.by(() => this.#size && sizeLegend(this.#size));
  readonly kinds = $derived.by(() => markLegend(this.#scene, this.#front, this.#colour !== null));

  /** The key of what is seen of a model: itself, or the fold that it is in. */
  seen(key: string): string {
    return this.folded.standIn.get(key) ?? key;
  }
}
