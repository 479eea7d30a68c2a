import { planHeaders } from "./headers";
import type { LabelTexts } from "./labels";
import { acrossOf, type MapLayout, type MapSpacing } from "./layout";
import type { Box, Insets } from "./view";

const CHARACTER_PX = 6.1;
const NARROW_COLUMN_PX = 90;
/** Half a column header. */
const SIDE_PX = 60;

/** Room for the column headers above and for the labels right of the last leaves. */
export function insetsFor(
  layout: MapLayout,
  texts: ReadonlyMap<string, LabelTexts>,
  width: number,
): Insets {
  const last = acrossOf(layout);
  let right = 0;
  for (const place of layout.placed) {
    if (place.children.length > 0) continue;
    const length = texts.get(place.key)?.[0]?.length ?? 0;
    const beyond =
      length * CHARACTER_PX - (last - layout.columns[place.column]!.at) * NARROW_COLUMN_PX;
    right = Math.max(right, beyond);
  }
  right = Math.min(200, Math.max(SIDE_PX, right + 28));
  const distance = (width - SIDE_PX - right) / Math.max(1, last);
  const names = layout.heads.map(({ name }) => name);
  const top = planHeaders(distance, names).height + 24;
  return { left: SIDE_PX, top, right, bottom: 24 };
}

/** What the nodes cover, in px at zoom 1. */
export function boundsOf(layout: MapLayout, spacing: MapSpacing): Box {
  return {
    left: 0,
    top: 0,
    right: acrossOf(layout) * spacing.column,
    bottom: layout.lastRow * spacing.row,
  };
}

const READABLE_ROW_PX = 6;

/** Whether all rows, shown in `height` px, are far enough apart to be told from one another. */
export function isReadable(layout: MapLayout, height: number): boolean {
  return (layout.lastRow + 1) * READABLE_ROW_PX <= height;
}
