import { pinched, wheelFactor, zoomedAt, type Spot, type ZoomExtent } from "../../model/map/zoom";
import type { View } from "../../model/map/view";

/** What gestures move. Spots are in px of the element. */
export interface GestureTarget {
  view(): View;
  extent(): ZoomExtent;
  /** Shows a view that a person's gesture leads to. */
  move(view: View): void;
  /** Whether a drag that begins so selects what it encloses instead of panning. */
  encloses(event: PointerEvent): boolean;
  /** A drag that selects goes from one spot to another; `done`: it ends there. */
  enclose(from: Spot, to: Spot, done: boolean): void;
}

/** A press that moves no further is a click. */
const CLICK_PX = 4;

/** Pans, zooms and selects by mouse, wheel and touch on `element`; answers with what ends it. */
export function followGestures(element: HTMLElement, target: GestureTarget): () => void {
  const down = new Map<number, Spot>();
  /** Where the one pointer began, and whether it has moved far enough to be a drag. */
  let start: Spot | null = null;
  let dragged = false;
  let enclosing = false;

  const spotOf = (event: MouseEvent): Spot => {
    const frame = element.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };

  function press(event: PointerEvent): void {
    if (event.button !== 0 || down.size >= 2) return;
    down.set(event.pointerId, spotOf(event));
    start = spotOf(event);
    dragged = down.size > 1;
    enclosing = down.size === 1 && target.encloses(event);
  }

  function drag(event: PointerEvent): void {
    const before = down.get(event.pointerId);
    if (!before || !start) return;
    const spot = spotOf(event);
    if (!dragged && Math.hypot(spot.x - start.x, spot.y - start.y) < CLICK_PX) return;
    if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
    dragged = true;
    const others = [...down].filter(([id]) => id !== event.pointerId);
    const other = others[0]?.[1];
    down.set(event.pointerId, spot);
    const view = target.view();
    if (other) target.move(pinched(view, [before, other], [spot, other], target.extent()));
    else if (enclosing) target.enclose(start, spot, false);
    else target.move({ ...view, x: view.x + spot.x - before.x, y: view.y + spot.y - before.y });
  }

  function release(event: PointerEvent): void {
    if (!down.delete(event.pointerId)) return;
    if (enclosing && dragged && start) target.enclose(start, spotOf(event), true);
    enclosing = false;
  }

  // The click that follows a drag is none.
  function click(event: MouseEvent): void {
    if (dragged) event.stopPropagation();
    dragged = false;
  }

  // Without Ctrl the wheel scrolls the page; browsers report a pinch with it.
  function wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    target.move(zoomedAt(target.view(), wheelFactor(event), spotOf(event), target.extent()));
  }

  const ending = new AbortController();
  const { signal } = ending;
  element.addEventListener("pointerdown", press, { signal });
  element.addEventListener("pointermove", drag, { signal });
  element.addEventListener("pointerup", release, { signal });
  element.addEventListener("pointercancel", release, { signal });
  element.addEventListener("click", click, { signal, capture: true });
  element.addEventListener("wheel", wheel, { signal, passive: false });
  return () => ending.abort();
}
