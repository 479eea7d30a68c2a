/** Addresses of the routes, relative to the frame's base. */
import type { Condition, LayerView } from "../model/wire.gen";

/** What all requests of the place have in common. */
export interface BehaviorsSubject {
  base: string;
  models: readonly string[];
  dataset: string | null;
  measure: string | null;
  form: string | null;
}

/** What else a request may say; what is undefined or null is left to the server. */
export interface BehaviorsDetail {
  filter?: readonly Condition[];
  sort?: string | null;
  by?: readonly string[] | null;
  offset?: number;
  limit?: number;
  least?: number;
  id?: string;
  family?: "selection" | "descendants";
  format?: "csv" | "json";
}

export type BehaviorsLevel =
  "summary" | "instances" | "instance" | "slices" | "harmed" | "forgotten" | "flows";

/** The same question has the same address, so that answers can be kept by it. */
export function behaviorsAddress(
  level: BehaviorsLevel,
  subject: BehaviorsSubject,
  detail: BehaviorsDetail = {},
): string {
  const { filter, by } = detail;
  const values = {
    level,
    ...subject,
    ...detail,
    models: subject.models.join(","),
    filter: filter?.length ? JSON.stringify(filter) : undefined,
    by: by?.length ? JSON.stringify(by) : undefined,
  };
  const written = Object.entries(values).flatMap(([name, value]) =>
    value == null || value === "" ? [] : [[name, String(value)]],
  );
  return `behaviors?${new URLSearchParams(written).toString()}`;
}

/** Where the thumbnail of an instance is. */
export function imageAddress(dataset: string, id: string | number): string {
  return `instance_media?${new URLSearchParams({ dataset, id: String(id) }).toString()}`;
}

/** Where it is said why the models `keys` differ, of all the logged models `all`. */
export function differencesAddress(keys: readonly string[], all: readonly string[]): string {
  const chosen = new Set(keys);
  const others = all.filter((key) => !chosen.has(key));
  // A request line has its limits: whichever list is shorter. Ghosts are in no "all".
  const shorter = others.length < keys.length && others.length + keys.length === all.length;
  return `differences?${shorter ? `except=${others.join(",")}` : `models=${keys.join(",")}`}`;
}

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

/** Where all about the sensitivity of a model is. */
export function sensitivityAddress(model: string): string {
  return `sensitivity?${new URLSearchParams({ model }).toString()}`;
}

/** Where one of its allocations is as text. */
export function exportAddress(model: string, steps: number, format: string): string {
  const asked = { model, level: "export", steps: String(steps), format };
  return `sensitivity?${new URLSearchParams(asked).toString()}`;
}

function address(values: Record<string, string | readonly string[] | null>): string {
  const written = Object.entries(values).flatMap(([name, value]) =>
    value === null || (name === "models" && value.length === 0) ? [] : [[name, String(value)]],
  );
  return `layers?${new URLSearchParams(written).toString()}`;
}
