import { heatPaths, type HeatCell, type HeatScale } from "../../charts/heat";
import { rampColour, type Theme } from "../../colour/palette";
import type { Multiple, ValueCell } from "./cells";
import type { BlockGrid } from "./grid";
import { cellPlace, multipleAt, type CellAddress, type GridLayout } from "./layout";

/** A path of all cells of a colour. */
export interface ColouredPath {
  readonly colour: string;
  readonly d: string;
}

/** A multiple as it is drawn; all places in px of the whole. */
export interface DrawnMultiple {
  readonly x: number;
  readonly y: number;
  /** Cells with a number; of those that do not pass the filter apart. */
  readonly kept: readonly ColouredPath[];
  readonly faint: readonly ColouredPath[];
  /** Cells that did not change, that have no number, and that are far outside. */
  readonly unchanged: string;
  readonly unknown: string;
  readonly far: string;
}

interface PlacedCell extends ValueCell {
  readonly place: { x: number; y: number; width: number; height: number };
}

/** Px between cells, where they are wide enough for it. */
const SEAM = 1;
const SEAMLESS = 5;

export function drawnMultiples(
  multiples: readonly Multiple[],
  grid: BlockGrid,
  layout: GridLayout,
  scale: HeatScale | null,
  theme: Theme,
  passes: (row: number) => boolean,
): DrawnMultiple[] {
  return multiples.map((multiple, at) => {
    const cells = placedCells(multiple, at, grid, layout);
    const coloured = cells.flatMap((cell) => {
      const colour = colourOf(cell, scale, theme);
      return colour === null ? [] : { ...inset(cell.place), colour, row: cell.row! };
    });
    const outline = (those: readonly PlacedCell[]): string =>
      those.map(({ place }) => ringPath(place)).join("");
    return {
      ...multipleAt(layout, at),
      kept: heatPaths(coloured.filter(({ row }) => passes(row))),
      faint: heatPaths(coloured.filter(({ row }) => !passes(row))),
      unchanged: outline(cells.filter((cell) => isUnchanged(cell, scale))),
      unknown: cells
        .filter(({ row, value }) => row !== null && value === null)
        .map(
          ({ place: { x, y, width, height } }) =>
            `M${x + 1},${y + height - 1}L${x + width - 1},${y + 1}`,
        )
        .join(""),
      far: outline(cells.filter(({ far }) => far)),
    };
  });
}

function placedCells(
  multiple: Multiple,
  at: number,
  grid: BlockGrid,
  layout: GridLayout,
): PlacedCell[] {
  const placed = (cell: ValueCell, address: CellAddress): PlacedCell => ({
    ...cell,
    place: cellPlace(layout, grid, address),
  });
  return [
    ...multiple.families.flatMap((kinds, family) =>
      kinds.flatMap((blocks, kind) =>
        blocks.map((cell, block) => placed(cell, { multiple: at, family, kind, block })),
      ),
    ),
    ...multiple.outside.map((cell, outside) =>
      placed(cell, { multiple: at, family: null, outside }),
    ),
  ];
}

/** Null for what has no colour: no number, or nothing that changed. */
function colourOf(cell: ValueCell, scale: HeatScale | null, theme: Theme): string | null {
  if (cell.value === null || isUnchanged(cell, scale)) return null;
  return rampColour(scale ? scale.share(cell.value) : 1, theme);
}

/** Without bound where being far is low: as near as can be. */
function isUnchanged({ value }: ValueCell, scale: HeatScale | null): boolean {
  if (value === null || Number.isFinite(value)) return false;
  return scale ? scale.share(value) === 0 : value > 0;
}

function inset({ x, y, width, height }: PlacedCell["place"]): Omit<HeatCell, "colour"> {
  const seams = { x: width < SEAMLESS ? 0 : SEAM, y: height < SEAMLESS ? 0 : SEAM };
  return { x, y, width: width - seams.x, height: height - seams.y };
}

/** The edge of a cell, inside it. */
export function ringPath(place: PlacedCell["place"]): string {
  const { x, y, width, height } = inset(place);
  const px = (value: number): number => Math.round(value * 100) / 100;
  return `M${px(x + 0.5)},${px(y + 0.5)}h${px(width - 1)}v${px(height - 1)}H${px(x + 0.5)}z`;
}

/** Blocks that have their index written, so that texts of `character` px each do not touch. */
export function writtenBlocks(
  blocks: readonly { readonly index: number }[],
  first: number,
  last: number,
  cell: number,
  character = 6.5,
): number[] {
  const widest = Math.max(
    ...blocks.slice(first, last + 1).map(({ index }) => String(index).length),
  );
  const room = (widest + 1.5) * character;
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => each * cell >= room) ?? 1000;
  return Array.from({ length: last + 1 - first }, (_, at) => first + at).filter(
    (at) => (at - first) % every === 0,
  );
}
