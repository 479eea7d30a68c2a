import type { Theme } from "../../model/colour/palette";
import { ambiguousIds, spokenModel } from "../../model/map/spoken";
import type { FoldChoice } from "../../model/map/fold_choice";
import { type HeadPlace } from "../../model/map/headers";
import { headNotes, labelTexts, withChanges } from "../../model/map/labels";
import { layoutMap, type MapSpacing } from "../../model/map/layout";
import { markLegend, rampLegend, sizeLegend } from "../../model/map/legend";
import type { MapPicture } from "../../model/map/picture";
import { sizeScale, type ColourScale } from "../../model/map/scales";
import { buildScene, placesOf } from "../../model/map/scene";
import { marksOfMany, type SelectionMark } from "../../model/selection/selection";
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
  /** Whether models are in cells, and which are open. */
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

const NONE: ReadonlySet<string> = new Set();

/** Until the size of the frame is known. */
const FIRST: MapSpacing = { column: 120, row: 24, radius: 10 };

/** The map as it is drawn at this moment. To be created while a component is set up. */
export class MapDrawing {
  /** Distances; null until the size of the frame is known. */
  spacing = $state.raw<MapSpacing | null>(null);
  /** The model under the pointer in the map itself. */
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
  readonly layout = $derived.by(() => layoutMap(this.#models, this.#input().columns));
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
      faded: this.#faded,
    }),
  );

  readonly #texts = $derived.by(() =>
    withChanges(labelTexts(this.layout), this.layout, this.#colour),
  );
  readonly #notes = $derived.by(() => headNotes(this.layout));
  readonly #colourSpec = $derived.by(() => this.#input().colourSpec);
  readonly #spoken = $derived.by(
    () =>
      new Map(
        this.layout.placed.map(({ key, model }) => [
          key,
          spokenModel(model, this.layout.lineage, this.#colourSpec, this.ambiguous),
        ]),
      ),
  );
  readonly #cautions = $derived.by(() => new Set(this.#input().cautions.keys()));

  /** Where heads stand. */
  readonly heads = $derived.by((): HeadPlace[] => {
    const { column } = this.spacing ?? FIRST;
    return this.layout.heads.map((head, index) => ({
      head,
      note: this.#notes[index] ?? "",
      x: head.at * column,
    }));
  });

  readonly picture = $derived.by((): MapPicture => {
    const { base, hovered, highlighted, front, found, marks, theme } = this.#input();
    return {
      layout: this.layout,
      scene: this.#scene,
      spacing: this.spacing ?? FIRST,
      texts: this.#texts,
      notes: this.#notes,
      spoken: this.#spoken,
      marks: marksOfMany(marks, this.pointed ?? hovered),
      base,
      hovered: this.pointed ?? hovered,
      highlighted: highlighted ?? NONE,
      front,
      found,
      cautions: this.#cautions,
      theme,
      moving: this.places.moving,
      id: this.#id,
    };
  });

  readonly ramp = $derived.by(() => this.#colour && rampLegend(this.#colour, this.#input().theme));
  readonly circles = $derived.by(() => this.#size && sizeLegend(this.#size));
  readonly kinds = $derived.by(() =>
    markLegend(this.#scene, this.#input().front, this.#colourSpec !== null),
  );
}
