import { spokenModel, ambiguousIds } from "../../model/map/spoken";
import { bundlesOf } from "../../model/map/cells/bundles";
import { factsOf, type Cell, type CellFacts } from "../../model/map/cells/cell";
import { layoutCells } from "../../model/map/cells/cell_map";
import { cellMarks, type CellLooks, type Dot } from "../../model/map/cells/marks";
import { openedCell } from "../../model/map/cells/opened";
import { bundleShapes, cellShapes } from "../../model/map/cells/shapes";
import { cellLegend } from "../../model/map/cells/cell_legend";
import { spokenCell } from "../../model/map/cells/words";
import { planHeaders, leastDistance, type HeadPlace } from "../../model/map/headers";
import { rampLegend } from "../../model/map/legend";
import type { Point, SceneNode } from "../../model/map/scene";
import { marksOfMany, type SelectionMark } from "../../model/selection/selection";
import type { Lineage } from "../../model/lineage/lineage";
import type { Model } from "../../model/wire.gen";
import type { MapInput } from "./map_drawing.svelte";

/** What is drawn at most: cells and bundles at rest, and a cell that is opened. */
const MOST_MARKS = { rest: 1650, opened: 350 };
/** More rings than that tell nothing apart; the cells count what is selected. */
const MOST_RINGS = 200;
const SIDE_PX = 12;
const BOTTOM_PX = 10;

export interface CellsInput extends MapInput {
  readonly lineage: Lineage;
}

/** What is under the pointer. */
export interface Pointed {
  readonly cell: Cell;
  /** The one model there, if any. */
  readonly key: string | null;
}

/** One layer of cells: all of them, or what is in the opened one. */
export interface DrawnCells {
  readonly cells: readonly Cell[];
  readonly singles: readonly SceneNode[];
  readonly dots: readonly Dot[];
  readonly placeOf: (key: string) => Point | null;
}

/** The map in cells as it is drawn at this moment. */
export class CellsDrawing {
  readonly #input: () => CellsInput;
  readonly #frame: () => { width: number; height: number };
  pointed = $state.raw<Pointed | null>(null);

  /** `frame`: px of the screen that there are. */
  constructor(input: () => CellsInput, frame: () => { width: number; height: number }) {
    this.#input = input;
    this.#frame = frame;
  }

  readonly #lineage = $derived.by(() => this.#input().lineage);
  readonly #mode = $derived.by(() => this.#input().columns);
  readonly #colour = $derived.by(() => this.#input().colour);
  readonly #theme = $derived.by(() => this.#input().theme);
  readonly #open = $derived.by(() => this.#input().folds.open);
  readonly #front = $derived.by(() => this.#input().front);
  readonly #size = $derived.by(() => this.#frame());

  readonly map = $derived.by(() => {
    const { width, height } = this.#size;
    const across = Math.max(120, width - 2 * SIDE_PX);
    return layoutCells(this.#lineage, this.#mode, this.#colour, across, (distance, names) =>
      Math.max(120, height - planHeaders(distance, names).height - 8 - BOTTOM_PX),
    );
  });
  readonly heads = $derived.by((): HeadPlace[] =>
    this.map.heads.map((head, index) => {
      const { x, width } = this.map.columns[index]!;
      return { head, note: this.map.notes[index] ?? "", x: x + width / 2 };
    }),
  );
  readonly insets = $derived.by(() => {
    const distance = leastDistance(this.heads) / this.map.pixel;
    const names = this.heads.map(({ head }) => head.name);
    const top = planHeaders(distance, names).height + 8;
    return { left: SIDE_PX, right: SIDE_PX, top, bottom: BOTTOM_PX };
  });
  readonly box = $derived.by(() => ({
    left: 0,
    top: 0,
    right: this.map.width,
    bottom: this.map.height,
  }));
  readonly bundles = $derived.by(() => bundlesOf(this.#lineage, this.map));
  readonly opened = $derived.by(() => openedCell(this.map, this.#open));

  readonly #looks = $derived.by((): CellLooks => {
    const { found, passing } = this.#input();
    const faded = ({ key }: Model) => found?.has(key) === false || passing?.has(key) === false;
    return { colour: this.#colour, faded: found || passing ? faded : undefined };
  });
  readonly #marks = $derived.by(() => {
    const room = MOST_MARKS.rest - this.bundles.shown.length;
    return cellMarks(this.map.cells, this.#looks, this.map.pixel, room);
  });
  readonly #openedMarks = $derived.by(() =>
    this.opened
      ? cellMarks(this.opened.cells, this.#looks, this.map.pixel, MOST_MARKS.opened)
      : null,
  );
  /** How many marks are drawn. */
  readonly count = $derived.by(() => {
    const layers = [this.#marks, ...(this.#openedMarks ? [this.#openedMarks] : [])];
    return layers.reduce(
      (sum, { grounds, bars, dots }) => sum + grounds.length + bars.length + dots.length,
      this.bundles.shown.length,
    );
  });

  readonly #shapeLooks = $derived.by(() => ({
    theme: this.#theme,
    ramp: this.#colour?.kind ?? ("value" as const),
    pixel: this.map.pixel,
  }));
  readonly shapes = $derived.by(() => [
    ...bundleShapes(this.bundles, this.#marks.grounds, this.#shapeLooks),
    ...cellShapes(this.#marks, this.#shapeLooks),
  ]);
  readonly openedShapes = $derived.by(() =>
    this.#openedMarks ? cellShapes(this.#openedMarks, this.#shapeLooks) : [],
  );

  readonly rest = $derived.by(() => this.#layer(this.map.cells, this.#marks));
  readonly inside = $derived.by(() =>
    this.opened && this.#openedMarks ? this.#layer(this.opened.cells, this.#openedMarks) : null,
  );
  readonly layers = $derived.by(() => (this.inside ? [this.rest, this.inside] : [this.rest]));
  /** All cells that the keyboard reaches, by id. */
  readonly byId = $derived.by(
    () => new Map(this.layers.flatMap(({ cells }) => cells.map((cell) => [cell.id, cell]))),
  );

  #layer(
    cells: readonly Cell[],
    marks: { dots: readonly Dot[]; placeOf: (key: string) => Point | null },
  ): DrawnCells {
    const hollow = (key: string) =>
      this.#colour?.kind === "change" && !this.#lineage.nodes.get(key)?.parent;
    const singles = marks.dots
      .filter(({ single }) => single)
      .map((dot): SceneNode => ({ ...dot, hollow: hollow(dot.key) }));
    return { cells, singles, dots: marks.dots, placeOf: marks.placeOf };
  }

  /** What cells told before another was opened. */
  readonly #known = $derived.by(() => {
    const [colour, front] = [this.#colour, this.#front];
    const known = new WeakMap<Cell, CellFacts>();
    return (cell: Cell): CellFacts => {
      let facts = known.get(cell);
      if (!facts) known.set(cell, (facts = factsOf(cell, colour, front)));
      return facts;
    };
  });
  readonly facts = $derived.by(() => {
    const several = [...this.byId.values()].filter(({ single }) => !single);
    return new Map(several.map((cell) => [cell.id, this.#known(cell)]));
  });
  readonly openedFacts = $derived.by(() => {
    const last = this.opened?.path.at(-1);
    return last ? this.#known(last) : null;
  });
  /** How many models of each cell are selected. */
  readonly chosen = $derived.by(() => {
    const { marks } = this.#input();
    const chosen = new Map<string, number>();
    const count = (cell: Cell | undefined): void => {
      if (cell) chosen.set(cell.id, (chosen.get(cell.id) ?? 0) + 1);
    };
    const inside = marks.size > 0 ? (this.opened?.cells ?? []) : [];
    const innerOf = new Map(inside.flatMap((cell) => cell.nodes.map(({ key }) => [key, cell])));
    for (const key of marks.keys()) {
      count(this.map.cellOf.get(key));
      count(innerOf.get(key));
    }
    return chosen;
  });
  /** Ids that more than one model has. */
  readonly ambiguous = $derived.by(() => ambiguousIds(this.#input().models));
  readonly #colourSpec = $derived.by(() => this.#input().colourSpec);
  readonly spoken = $derived.by(() => {
    const spoken = new Map<string, string>();
    for (const cell of this.byId.values()) {
      const [first] = cell.nodes;
      const facts = this.facts.get(cell.id);
      spoken.set(
        cell.id,
        facts
          ? spokenCell(
              cell,
              this.map.heads[cell.head]!,
              facts,
              this.#colour,
              this.chosen.get(cell.id) ?? 0,
            )
          : spokenModel(first!.model, this.#lineage, this.#colourSpec, this.ambiguous),
      );
    }
    return spoken;
  });

  readonly hovered = $derived.by(() => this.pointed?.key ?? this.#input().hovered);
  readonly marks = $derived.by((): ReadonlyMap<string, SelectionMark> => {
    const calm = marksOfMany(this.#input().marks, this.hovered);
    return calm.size > MOST_RINGS ? new Map() : calm;
  });
  readonly ramp = $derived.by(() => this.#colour && rampLegend(this.#colour, this.#theme));
  readonly kinds = $derived.by(() =>
    cellLegend(this.#lineage, this.#colour, this.#front, this.bundles, this.#looks.faded),
  );

  /** Where a model is seen: in the opened cell, else where it is at rest. */
  placesOf(key: string): Point[] {
    return this.layers.flatMap(({ placeOf }) => placeOf(key) ?? []);
  }
}
