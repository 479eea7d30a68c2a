import type { Model } from "../../wire.gen";
import type { ColourScale } from "../scales";
import type { Point } from "../scene";
import { shareAcross, type Cell, type CellBox } from "./cell";
import { SINGLE_PX } from "./stacking";

/** How the models in cells look. */
export interface CellLooks {
  readonly colour: ColourScale | null;
  readonly faded?: (model: Model) => boolean;
}

/** Models of about one value. */
export interface Bar {
  readonly box: CellBox;
  /** Strength of colour, 0…1; null where the metric was not logged. */
  readonly strength: number | null;
  /** The share that neither search nor filters leave out. */
  readonly kept: number;
}

/** A model by itself, in a cell or as one. */
export interface Dot extends Point {
  readonly key: string;
  readonly model: Model;
  readonly radius: number;
  readonly strength: number | null;
  readonly faded: boolean;
  /** Whether it stands by itself. */
  readonly single: boolean;
}

/** The ground of a cell of several models. */
export interface Ground {
  readonly cell: Cell;
  /** Strength of its median's colour; null where nothing was logged. */
  readonly strength: number | null;
  /** Where the median lies; null where nothing was logged. */
  readonly median: number | null;
  readonly faded: boolean;
}

/** Everything that is drawn in cells. Lengths in px at zoom 1. */
export interface CellMarks {
  readonly grounds: readonly Ground[];
  readonly bars: readonly Bar[];
  readonly dots: readonly Dot[];
  /** Where a model is seen: at its dot, or on top of its bar. */
  readonly placeOf: (key: string) => Point | null;
}

/** Room inside a cell in px of the screen. */
export const PAD_PX = 4;
export const LINE_PX = 13;

/** Lines of text on the front of a cell that is so high, in px of the screen. */
export function linesIn(height: number): 0 | 1 | 2 {
  return height >= 62 ? 2 : height >= 27 ? 1 : 0;
}

/** Finer bars where they fit, coarser ones where marks are many. */
const BINS = [40, 28, 20, 14, 10, 8, 6];
const LEAST_BIN_PX = 3;
const RADIUS = { most: 4.5, least: 1.8 };
/** Of what may be drawn, as much for dots. */
const DOTS_SHARE = 0.5;

/** At most `most` marks, of which grounds, bars and dots count one each. */
export function cellMarks(
  cells: readonly Cell[],
  looks: CellLooks,
  pixel: number,
  most: number,
): CellMarks {
  const several = cells.filter(({ single }) => !single);
  const drawers = new Map(several.map((cell) => [cell, new CellDrawer(cell, looks, pixel)]));
  const singles = cells.filter(({ single }) => single);
  let room = most - several.length - singles.length;
  const dots = singles.map((cell) => singleDot(cell, looks, pixel));
  const barred: CellDrawer[] = [];
  let roomForDots = room * DOTS_SHARE;
  for (const cell of [...several].sort((a, b) => a.nodes.length - b.nodes.length)) {
    const drawer = drawers.get(cell)!;
    const swarm = cell.nodes.length <= roomForDots ? drawer.swarm() : null;
    if (!swarm) barred.push(drawer);
    else {
      dots.push(...swarm);
      roomForDots -= swarm.length;
      room -= swarm.length;
    }
  }
  const bars = finestBars(barred, room);
  const seen = new Map<string, Point>(dots.map((dot) => [dot.key, dot]));
  const inBar = new Map<string, () => Point>();
  for (const drawer of barred) {
    for (const [at, { key }] of drawer.cell.nodes.entries()) inBar.set(key, () => drawer.topOf(at));
  }
  return {
    grounds: several.map((cell) => drawers.get(cell)!.ground()),
    bars,
    dots,
    placeOf: (key) => seen.get(key) ?? inBar.get(key)?.() ?? null,
  };
}

function finestBars(drawers: readonly CellDrawer[], room: number): Bar[] {
  for (const bins of BINS) {
    for (const drawer of drawers) drawer.cut(bins);
    const count = drawers.reduce((sum, drawer) => sum + drawer.used, 0);
    if (count <= room || bins === BINS.at(-1)) return drawers.flatMap((drawer) => drawer.bars());
  }
  return [];
}

function singleDot({ nodes, box }: Cell, looks: CellLooks, pixel: number): Dot {
  const { model } = nodes[0]!;
  const radius = (Math.min(SINGLE_PX, box.height / pixel) / 2 - 3.5) * pixel;
  const [x, y] = [box.x + (PAD_PX + 5.5) * pixel, box.y + box.height / 2];
  return { ...dotOf(model, looks), x, y, radius, single: true };
}

function dotOf(
  model: Model,
  { colour, faded }: CellLooks,
): Omit<Dot, "x" | "y" | "radius" | "single"> {
  const value = colour?.valueOf(model) ?? null;
  return {
    key: model.key,
    model,
    strength: colour && value !== null ? colour.strength(value) : null,
    faded: faded?.(model) ?? false,
  };
}

/** Draws one cell of several models: as dots that stand on each other, or as bars. */
class CellDrawer {
  private readonly body: CellBox;
  /** Room at the left for what was not logged. */
  private readonly aside: number;
  private readonly shares: readonly (number | null)[];
  private counts = new Int32Array(0);
  private kept = new Int32Array(0);
  private missing = 0;
  private missingKept = 0;
  /** How many bars there are. */
  used = 0;

  constructor(
    readonly cell: Cell,
    private readonly looks: CellLooks,
    private readonly pixel: number,
  ) {
    const { x, y, width, height } = cell.box;
    const pad = Math.min(PAD_PX * pixel, width / 10);
    const title = (linesIn(height / pixel) * LINE_PX + 2) * pixel;
    const { colour } = looks;
    this.shares = cell.nodes.map(({ model }) => {
      const value = colour?.valueOf(model) ?? null;
      return colour && value !== null ? shareAcross(value, colour) : null;
    });
    this.aside = this.shares.includes(null) ? Math.min(8 * pixel, width / 6) : 0;
    this.body = {
      x: x + pad + this.aside,
      y: y + title,
      width: width - 2 * pad - this.aside,
      height: height - title - 2 * pixel,
    };
  }

  ground(): Ground {
    const { colour, faded } = this.looks;
    const shares = this.shares.filter((share) => share !== null).sort((a, b) => a - b);
    const median = shares[Math.floor((shares.length - 1) / 2)] ?? null;
    return {
      cell: this.cell,
      strength: median === null ? null : colour?.better === "low" ? 1 - median : median,
      median: median === null ? null : this.body.x + median * this.body.width,
      faded: faded ? this.cell.nodes.every(({ model }) => faded(model)) : false,
    };
  }

  /** Null where dots large enough to be seen would not fit. */
  swarm(): Dot[] | null {
    for (let radius = RADIUS.most; radius >= RADIUS.least; radius -= 0.45) {
      const dots = this.dotsOf(radius * this.pixel);
      if (dots) return dots;
    }
    return null;
  }

  private dotsOf(radius: number): Dot[] | null {
    const { x, y, width, height } = this.body;
    const bins = Math.max(1, Math.floor(width / (2 * radius)));
    const most = Math.floor(height / (2 * radius));
    const stacks = new Int32Array(bins + 1);
    const dots: Dot[] = [];
    const order = [...this.shares.keys()].sort(
      (a, b) => (this.shares[a] ?? -1) - (this.shares[b] ?? -1),
    );
    for (const at of order) {
      const share = this.shares[at]!;
      const bin = share === null ? bins : binOf(share, bins);
      const above = stacks[bin]!++;
      if (above >= most) return null;
      dots.push({
        ...dotOf(this.cell.nodes[at]!.model, this.looks),
        x: share === null ? x - this.aside / 2 : x + ((bin + 0.5) * width) / bins,
        y: y + height - (2 * above + 1) * radius,
        radius: radius * 0.94,
        single: false,
      });
    }
    return dots;
  }

  /** Counts the models in `most` bins, or as many as there is room for. */
  cut(most: number): void {
    const fit = Math.floor(this.body.width / (LEAST_BIN_PX * this.pixel));
    const bins = Math.max(1, Math.min(most, fit));
    this.counts = new Int32Array(bins);
    this.kept = new Int32Array(bins);
    this.missing = this.missingKept = 0;
    for (const [at, share] of this.shares.entries()) {
      const kept = Number(!(this.looks.faded?.(this.cell.nodes[at]!.model) ?? false));
      if (share === null) {
        this.missing++;
        this.missingKept += kept;
      } else {
        const bin = binOf(share, bins);
        this.counts[bin]!++;
        this.kept[bin]! += kept;
      }
    }
    this.used = this.counts.reduce((sum, count) => sum + Number(count > 0), 0);
    if (this.missing > 0) this.used++;
  }

  bars(): Bar[] {
    const { x, y, width, height } = this.body;
    const most = Math.max(this.missing, ...this.counts);
    const bin = width / this.counts.length;
    const tall = (count: number) => Math.max(this.pixel, (height * count) / most);
    const bars: Bar[] = [];
    for (const [at, count] of this.counts.entries()) {
      if (count === 0) continue;
      const share = (at + 0.5) / this.counts.length;
      const high = tall(count);
      bars.push({
        box: { x: x + at * bin, y: y + height - high, width: bin, height: high },
        strength: this.looks.colour?.better === "low" ? 1 - share : share,
        kept: this.kept[at]! / count,
      });
    }
    if (this.missing > 0) {
      const high = tall(this.missing);
      const wide = this.aside - this.pixel;
      const box = { x: x - this.aside, y: y + height - high, width: wide, height: high };
      bars.push({ box, strength: null, kept: this.missingKept / this.missing });
    }
    return bars;
  }

  /** On top of the bar of the model at an index. */
  topOf(at: number): Point {
    const share = this.shares[at]!;
    const { x, y, width, height } = this.body;
    const most = Math.max(this.missing, ...this.counts);
    const bins = this.counts.length;
    const bin = share === null ? -1 : binOf(share, bins);
    const count = bin < 0 ? this.missing : this.counts[bin]!;
    return {
      x: bin < 0 ? x - this.aside / 2 : x + ((bin + 0.5) * width) / bins,
      y: y + height - (height * count) / most,
    };
  }
}

function binOf(share: number, bins: number): number {
  return Math.min(bins - 1, Math.floor(share * bins));
}
