import type { Margin } from "../../model/charts/plot";
import { binsOf, endsOf, rangeAfterKey, type BinRange } from "../../model/charts/histogram";

interface Brushed {
  edges: readonly number[];
  low: number | null;
  high: number | null;
  /** Px beside the bins in the drawing. */
  margin: Pick<Margin, "left" | "right">;
  onchange: (low: number | null, high: number | null) => void;
}

/** A range of bins that is drawn with the pointer or moved with the arrow keys. */
export class BinBrush {
  /** Bins where a drag began and is. */
  #drawn = $state.raw<[number, number] | null>(null);
  readonly #of: () => Brushed;

  constructor(of: () => Brushed) {
    this.#of = of;
  }

  readonly range = $derived.by<BinRange | null>(() => {
    const { edges, low, high } = this.#of();
    const drawn = this.#drawn;
    return drawn ? { from: Math.min(...drawn), to: Math.max(...drawn) } : binsOf(low, high, edges);
  });

  get bins(): number {
    return Math.max(0, this.#of().edges.length - 1);
  }

  down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#drawn = [this.#binAt(event), this.#binAt(event)];
  };

  move = (event: PointerEvent): void => {
    if (this.#drawn) this.#drawn = [this.#drawn[0], this.#binAt(event)];
  };

  /** Keeps what was drawn; what was kept before, and all, are no restriction. */
  up = (): void => {
    const { range } = this;
    if (!this.#drawn || !range) return;
    const { edges, low, high } = this.#of();
    const before = binsOf(low, high, edges);
    this.#drawn = null;
    const again = before?.from === range.from && before.to === range.to;
    this.#keep(again || (range.from === 0 && range.to === this.bins - 1) ? null : range);
  };

  cancel = (): void => {
    this.#drawn = null;
  };

  press = (event: KeyboardEvent): void => {
    const range = rangeAfterKey(event.key, event.shiftKey, this.range, this.bins);
    if (range === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#keep(range);
  };

  #keep(range: BinRange | null): void {
    const { edges, onchange } = this.#of();
    const { low, high } = range ? endsOf(range, edges) : { low: null, high: null };
    onchange(low, high);
  }

  #binAt(event: PointerEvent): number {
    const frame = (event.currentTarget as Element).getBoundingClientRect();
    const { left, right } = this.#of().margin;
    const share = (event.clientX - frame.left - left) / (frame.width - left - right);
    const bin = Math.floor(share * this.bins);
    return Math.min(this.bins - 1, Math.max(0, bin));
  }
}
