import {
  isInside,
  isPainted,
  repose,
  steppedZoom,
  type Box,
  type Insets,
  type View,
} from "../../model/map/view";
import {
  betweenViews,
  fittedView,
  keptInside,
  revealing,
  ZOOM,
  zoomedAt,
  type Spot,
  type ZoomExtent,
} from "../../model/map/zoom";
import { followGestures, type GestureTarget } from "./gestures";
import { motionMs } from "./motion_ms";

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
  private extent: ZoomExtent = ZOOM;
  private frame = 0;
  /** Where a glide leads to, while there is one. */
  private goal: View | null = null;
  private settling: ReturnType<typeof setTimeout> | undefined;

  /** `models`: how many are painted; `box`: what they cover. */
  constructor(
    private readonly models: () => number,
    private readonly box: () => Box,
  ) {}

  /** Pans, zooms and encloses by gestures on `element`, until the function returned is called. */
  follow(
    element: HTMLElement,
    { encloses, enclose }: Pick<GestureTarget, "encloses" | "enclose">,
  ): () => void {
    const stop = followGestures(element, {
      view: () => this.current,
      extent: () => this.extent,
      move: (view) => this.moveTo(view),
      encloses,
      enclose,
    });
    return () => {
      stop();
      cancelAnimationFrame(this.frame);
      clearTimeout(this.settling);
    };
  }

  /** Whether nobody moved the fitted view and `box` reaches beyond it, or beyond where it glides. */
  lets(box: Box): boolean {
    return !this.touched && !isInside(box, this.goal ?? this.current, this.width, this.height);
  }

  get untouched(): boolean {
    return !this.touched;
  }

  fit(box: Box, insets: Insets, glide: boolean): void {
    const view = fittedView(box, this.width, this.height, insets);
    // A map too large for the least zoom must still fit.
    this.extent = { ...ZOOM, least: Math.min(ZOOM.least, view.k) };
    this.touched = false;
    if (glide) this.glide(view);
    else {
      this.show(view);
      this.paint();
    }
  }

  /** Zooms about a spot of the frame, by default its middle. */
  zoomBy(factor: number, spot: Spot = { x: this.width / 2, y: this.height / 2 }): void {
    this.touched = true;
    this.glide(zoomedAt(this.current, factor, spot, this.extent));
  }

  /** Moves to a view, as a person wishes. */
  moveTo(view: View): void {
    this.touched = true;
    this.show(keptInside(view, this.box(), this.width, this.height));
  }

  /** Moves the least that brings a place (px at zoom 1) at least `edge` px into the frame. */
  reveal(x: number, y: number, edge: number): void {
    const before = this.goal ?? this.current;
    const view = revealing(before, { x, y }, this.width, this.height, edge);
    if (view.x === before.x && view.y === before.y) return;
    if (this.goal) this.glide(view);
    else this.show(view);
  }

  /** The place (px at zoom 1) that is seen at a point of the frame. */
  worldAt(x: number, y: number): Spot {
    const { current } = this;
    return { x: (x - current.x) / current.k, y: (y - current.y) / current.k };
  }

  /** The point of the frame at which a place is seen. */
  screenAt(x: number, y: number): Spot {
    const { current } = this;
    return { x: x * current.k + current.x, y: y * current.k + current.y };
  }

  private glide(to: View): void {
    const duration = motionMs();
    const from = this.current;
    if (duration === 0) return this.show(to);
    const start = performance.now();
    const step = (): void => {
      const progress = Math.min(1, Math.max(0, (performance.now() - start) / duration));
      this.show(betweenViews(from, to, progress));
      if (progress < 1) next();
    };
    const next = (): void => {
      this.goal = to;
      this.frame = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.frame);
    next();
  }

  private show(view: View): void {
    cancelAnimationFrame(this.frame);
    this.goal = null;
    this.current = view;
    clearTimeout(this.settling);
    if (!isPainted(this.pose, this.width, this.height, MARGIN_PX)) this.paint();
    else if (this.models() <= FEW && view.k !== this.painted.k) this.painted = view;
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
