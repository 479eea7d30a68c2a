import {
  isInside,
  isPainted,
  repose,
  steppedZoom,
  type Box,
  type Insets,
  type View,
} from "../../model/map_view";
import { createMapZoom, type MapZoom } from "./map_zoom";
import { motionMs } from "./motion.svelte";

/** Painted px beyond each edge of the frame. */
const MARGIN_PX = 200;
/** A zoom that rests this long is painted anew. */
const SETTLE_MS = 90;
/** As many models are painted in every frame of a zoom. */
const FEW = 200;

/** What the map's stage shows: pan, zoom, and what of it is painted. */
export class StageView {
  /** Size of the frame, in px. */
  width = $state(0);
  height = $state(0);
  /** The view at this moment. */
  current = $state.raw<View>({ x: 0, y: 0, k: 1 });
  /**
   * The view that is painted. Gestures only move and scale the painting, which reaches beyond the
   * frame, and paint anew when they rest: 1,000 models are too many to paint in every frame.
   */
  painted = $state.raw<View>({ x: 0, y: 0, k: 1 });
  /** Where the painting is now. */
  readonly pose = $derived(repose(this.painted, this.current));
  /** The zoom to which labels and node sizes are adapted, in steps. */
  zoom = $state(1);
  readonly margin = MARGIN_PX;

  /** Whether a person moved the view since it was last fitted. */
  private touched = false;
  private zoomer: MapZoom | undefined;
  private settling: ReturnType<typeof setTimeout> | undefined;

  /** `models`: how many are painted. */
  constructor(private readonly models: () => number) {}

  private few(): boolean {
    return this.models() <= FEW;
  }

  /** Pans and zooms by gestures on `element`, until the function returned is called. */
  follow(element: HTMLElement): () => void {
    this.zoomer = createMapZoom(element, (view, byPerson) => this.move(view, byPerson), motionMs);
    return () => {
      clearTimeout(this.settling);
      this.zoomer?.destroy();
    };
  }

  /** Whether nobody moved the fitted view and `box` reaches beyond it. */
  lets(box: Box): boolean {
    return !this.touched && !isInside(box, this.current, this.width, this.height);
  }

  get untouched(): boolean {
    return !this.touched;
  }

  fit(box: Box, insets: Insets, glide: boolean): void {
    this.touched = false;
    this.zoomer?.fit(box, this.width, this.height, insets, glide);
    if (!glide) this.paint();
  }

  zoomBy(factor: number): void {
    this.touched = true;
    this.zoomer?.zoomBy(factor);
  }

  /** Moves the least that brings a point (px at zoom 1) at least `edge` px into the frame. */
  reveal(x: number, y: number, edge: number): void {
    this.zoomer?.reveal(x, y, this.width, this.height, edge);
  }

  /** The place (px at zoom 1) that is seen at a point of the frame. */
  worldAt(x: number, y: number): { x: number; y: number } {
    const { current } = this;
    return { x: (x - current.x) / current.k, y: (y - current.y) / current.k };
  }

  /** The point of the frame at which a place is seen. */
  screenAt(x: number, y: number): { x: number; y: number } {
    const { current } = this;
    return { x: x * current.k + current.x, y: y * current.k + current.y };
  }

  private move(view: View, byPerson: boolean): void {
    this.current = view;
    this.touched ||= byPerson;
    clearTimeout(this.settling);
    if (!isPainted(this.pose, this.width, this.height, MARGIN_PX)) this.paint();
    else if (this.few() && view.k !== this.painted.k) this.painted = view;
    if (view.k !== this.painted.k || this.zoom !== steppedZoom(view.k)) {
      this.settling = setTimeout(() => this.paint(), SETTLE_MS);
    }
  }

  private paint(): void {
    clearTimeout(this.settling);
    this.painted = this.current;
    this.zoom = steppedZoom(this.current.k);
  }
}
