/** Addresses of the `layers` route, relative to the frame's base. */
import type { LayerView } from "../model/wire.gen";

/** What all requests of the place have in common; null is left to the server. */
export interface LayersSubject {
  base: string;
  models: readonly string[];
  view: LayerView;
  measure: string | null;
}

/** Where all rows with one measure are. */
export function layerTreeAddress(subject: LayersSubject): string {
  return address({ ...subject, level: "tree" });
}

/** Where one row with all measures is. */
export function layerRowAddress(
  { base, models, view }: Omit<LayersSubject, "measure">,
  row: string,
): string {
  return address({ base, models, view, level: "row", row });
}

function address(values: Record<string, string | readonly string[] | null>): string {
  const written = Object.entries(values).flatMap(([name, value]) =>
    value === null || (name === "models" && value.length === 0) ? [] : [[name, String(value)]],
  );
  return `layers?${new URLSearchParams(written).toString()}`;
}
