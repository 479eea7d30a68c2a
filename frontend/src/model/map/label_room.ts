/** How large the letters of labels are on the screen. */
export const LABEL_PX = 11;

/** A rectangle on the screen, in px. */
export type Box = [left: number, top: number, right: number, bottom: number];

/** A node on the screen, in px. */
interface Disc {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

/** Nodes on the screen, by grid cell. */
export class Neighbours {
  private readonly discs = new Map<string, Disc>();
  private readonly cells = new Map<string, Disc[]>();

  add(disc: Disc): void {
    this.discs.set(disc.key, disc);
    for (const cell of cellsOf([disc.x, disc.y, disc.x, disc.y])) {
      const there = this.cells.get(cell);
      if (there) there.push(disc);
      else this.cells.set(cell, [disc]);
    }
  }

  /** Whether the edge of no other node is as near to a box as that of the node `key`. */
  isNearest(key: string, box: Box): boolean {
    const own = this.discs.get(key);
    if (!own) return true;
    const gap = gapTo(own, box);
    const [left, top, right, bottom] = box;
    const around: Box = [left - CELL_PX, top - CELL_PX, right + CELL_PX, bottom + CELL_PX];
    for (const cell of cellsOf(around)) {
      for (const other of this.cells.get(cell) ?? []) {
        if (other !== own && gapTo(other, box) <= gap) return false;
      }
    }
    return true;
  }
}

/** From the edge of a node to a box. */
function gapTo({ x, y, r }: Disc, [left, top, right, bottom]: Box): number {
  return Math.hypot(Math.max(left - x, x - right, 0), Math.max(top - y, y - bottom, 0)) - r;
}

/** Rectangles on the screen, found by grid cell. */
export class Occupancy {
  private readonly cells = new Map<string, Box[]>();

  add(...box: Box): void {
    for (const cell of cellsOf(box)) {
      const boxes = this.cells.get(cell);
      if (boxes) boxes.push(box);
      else this.cells.set(cell, [box]);
    }
  }

  free(...box: Box): boolean {
    const [left, top, right, bottom] = box;
    for (const cell of cellsOf(box)) {
      for (const [l, t, r, b] of this.cells.get(cell) ?? []) {
        if (left < r && right > l && top < b && bottom > t) return false;
      }
    }
    return true;
  }
}

const CELL_PX = 32;

function* cellsOf([left, top, right, bottom]: Box): Generator<string> {
  for (let x = Math.floor(left / CELL_PX); x <= Math.floor(right / CELL_PX); x++) {
    for (let y = Math.floor(top / CELL_PX); y <= Math.floor(bottom / CELL_PX); y++) {
      yield `${x} ${y}`;
    }
  }
}
