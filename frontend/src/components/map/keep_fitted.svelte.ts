import { untrack } from "svelte";

import type { MapLayout } from "../../model/map/layout";
import { isReadable } from "../../model/map/tree_view";
import type { Box, Insets } from "../../model/map/view";
import type { StageView } from "./stage_view.svelte";

interface Fitting {
  layout(): MapLayout;
  /** What the layout covers, in px at zoom 1. */
  box(): Box;
  insets(): Insets;
}

/**
 * Fits at first, with a new kind of columns, and while nobody has moved the view, when the frame
 * changes its size or a new model would be outside; but not to what nobody could read. To be called
 * while a component is set up.
 */
export function keepFitted(
  viewed: () => StageView,
  fitting: Fitting,
  fit: (glide: boolean) => void,
): void {
  let before: { layout: MapLayout; width: number; height: number } | undefined;
  $effect(() => {
    const view = viewed();
    const layout = fitting.layout();
    const { width, height } = view;
    untrack(() => {
      if (width === 0 || height === 0 || layout.placed.length === 0) return;
      const insets = fitting.insets();
      const resized = width !== before?.width || height !== before.height;
      const legible = isReadable(layout, height - insets.top - insets.bottom);
      if (!before) fit(false);
      else if (layout.mode !== before.layout.mode) fit(true);
      else if (view.untouched && resized) fit(false);
      else if (legible && view.lets(fitting.box())) fit(true);
      before = { layout, width, height };
    });
  });
}
