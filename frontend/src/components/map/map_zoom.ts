import { select } from "d3-selection";
import "d3-transition";
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomTransform } from "d3-zoom";

import type { Box, Insets, View } from "../../model/map_view";

export interface MapZoom {
  /** Shows all of `box` in the element with `insets` around it, at most at zoom 1.4. */
  fit(box: Box, width: number, height: number, insets: Insets, animate: boolean): void;
  zoomBy(factor: number): void;
  /** Moves the least that brings the point at least `margin` px inside the element. */
  reveal(x: number, y: number, width: number, height: number, margin: number): void;
  destroy(): void;
}

const LEAST = 0.1;
const MOST = 3;
const FIT_MOST = 1.4;
const FIT_MS = 260;

/**
 * Pans and zooms by mouse, wheel and touch on `element`; `onview` is told every change, and
 * whether a person made it.
 */
export function createMapZoom(
  element: HTMLElement,
  onview: (view: View, byPerson: boolean) => void,
  duration: () => number,
): MapZoom {
  const target = select<HTMLElement, unknown>(element);
  let view: ZoomTransform = zoomIdentity;
  const behaviour = zoom<HTMLElement, unknown>()
    .scaleExtent([LEAST, MOST])
    .on("zoom", (event: D3ZoomEvent<HTMLElement, unknown>) => {
      view = event.transform;
      onview(view, event.sourceEvent !== null && event.sourceEvent !== undefined);
    });
  target.call(behaviour).on("dblclick.zoom", null);

  function show(next: ZoomTransform, animate: boolean): void {
    const time = animate ? Math.min(FIT_MS, duration()) : 0;
    if (time > 0) target.transition().duration(time).call(behaviour.transform, next);
    else target.interrupt().call(behaviour.transform, next);
  }

  return {
    fit(box, width, height, insets, animate) {
      const free = {
        x: width - insets.left - insets.right,
        y: height - insets.top - insets.bottom,
      };
      const across = Math.max(free.x, 40) / Math.max(1, box.right - box.left);
      const along = Math.max(free.y, 40) / Math.max(1, box.bottom - box.top);
      const k = Math.min(FIT_MOST, across, along);
      // A map too large for the least zoom must still fit.
      behaviour.scaleExtent([Math.min(LEAST, k), MOST]);
      const x = insets.left + free.x / 2 - (k * (box.left + box.right)) / 2;
      const y = insets.top + free.y / 2 - (k * (box.top + box.bottom)) / 2;
      show(zoomIdentity.translate(x, y).scale(k), animate);
    },
    zoomBy(factor) {
      target.interrupt();
      if (duration() > 0) target.transition().duration(160).call(behaviour.scaleBy, factor);
      else target.call(behaviour.scaleBy, factor);
    },
    reveal(x, y, width, height, margin) {
      const [left, top] = view.apply([x, y]);
      const dx = Math.max(0, margin - left) - Math.max(0, left - (width - margin));
      const dy = Math.max(0, margin - top) - Math.max(0, top - (height - margin));
      if (dx === 0 && dy === 0) return;
      show(zoomIdentity.translate(view.x + dx, view.y + dy).scale(view.k), false);
    },
    destroy() {
      target.interrupt().on(".zoom", null);
    },
  };
}
