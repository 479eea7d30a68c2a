import type { RampKind } from "../colour/palette";
import type { Model } from "../wire.gen";
import type { MapLayout, MapSpacing, PlacedModel } from "./layout";
import { metricValue, type ColourScale, type SizeScale } from "./scales";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A node as it is drawn; lengths in px at zoom 1. */
export interface SceneNode extends Point {
  readonly key: string;
  readonly model: Model;
  readonly radius: number;
  /** Strength of colour, 0…1; null where the metric was not logged or is not finite. */
  readonly strength: number | null;
  /** Whether there is nothing that its colour could tell: a root has no change. */
  readonly hollow: boolean;
  /** Whether the search or the filters leave it out. */
  readonly faded: boolean;
}

/** A ribbon from a main parent. */
export interface SceneEdge {
  readonly key: string;
  readonly from: SceneNode;
  readonly to: SceneNode;
  /** The parent was chosen among several models of the same id. */
  readonly assumed: boolean;
}

/** How models are drawn. */
export interface Looks {
  readonly colour: ColourScale | null;
  readonly size: SizeScale | null;
  /** Largest radius. */
  readonly largest: number;
  readonly faded?: (model: Model) => boolean;
}

export interface Scene {
  readonly ramp: RampKind;
  readonly nodes: readonly SceneNode[];
  readonly byKey: ReadonlyMap<string, SceneNode>;
  readonly edges: readonly SceneEdge[];
  /** Edges from further parents. */
  readonly further: readonly SceneEdge[];
}

/** Where each model stands, in px at zoom 1. */
export function placesOf(layout: MapLayout, spacing: MapSpacing): Map<string, Point> {
  return new Map(
    layout.placed.map(({ key, column, row }) => [
      key,
      { x: layout.columns[column]!.at * spacing.column, y: row * spacing.row },
    ]),
  );
}

/** Everything to draw, with the nodes at `places` (which may be halfway through a motion). */
export function buildScene(
  layout: MapLayout,
  places: ReadonlyMap<string, Point>,
  looks: Looks,
): Scene {
  const { colour } = looks;
  const nodes: SceneNode[] = [];
  const byKey = new Map<string, SceneNode>();
  for (const { key, model, parent } of layout.placed) {
    const place = places.get(key);
    if (!place) continue;
    const value = colour?.valueOf(model) ?? null;
    const node: SceneNode = {
      key,
      model,
      x: place.x,
      y: place.y,
      radius: radiusOf(model, looks),
      strength: colour && value !== null ? colour.strength(value) : null,
      hollow: colour?.kind === "change" && parent === null,
      faded: looks.faded?.(model) ?? false,
    };
    nodes.push(node);
    byKey.set(key, node);
  }
  const edges = layout.placed.flatMap((place) => edgeTo(place, place.parent, byKey));
  const further = layout.placed.flatMap((place) =>
    place.furtherParents.flatMap((parent) => edgeTo(place, parent, byKey)),
  );
  return { ramp: colour?.kind ?? "value", nodes, byKey, edges, further };
}

/** Radius of nodes whose size was not logged, as a share of the largest. */
const UNSIZED = 0.5;

function radiusOf(model: Model, { size, largest }: Looks): number {
  const value = size && metricValue(model, size.spec.name);
  return size && value !== null ? size.radius(value) : largest * UNSIZED;
}

function edgeTo(
  place: PlacedModel,
  parent: string | null,
  nodes: ReadonlyMap<string, SceneNode>,
): SceneEdge[] {
  const from = parent === null ? undefined : nodes.get(parent);
  const to = nodes.get(place.key);
  if (!from || !to || parent === null) return [];
  const assumed = place.model.assumed?.includes(parent) ?? false;
  return [{ key: `${parent} ${place.key}`, from, to, assumed }];
}

/** All edges that lead to `key` from anything it came from, by any parent. */
export function edgesInto(
  { edges, further }: Scene,
  key: string,
): Pick<Scene, "edges" | "further"> {
  const into = new Map<string, SceneEdge[]>();
  for (const edge of [...edges, ...further]) {
    const others = into.get(edge.to.key);
    if (others) others.push(edge);
    else into.set(edge.to.key, [edge]);
  }
  const seen = new Set([key]);
  for (const at of seen) for (const { from } of into.get(at) ?? []) seen.add(from.key);
  const leads = ({ to }: SceneEdge) => seen.has(to.key);
  return { edges: edges.filter(leads), further: further.filter(leads) };
}

/** Where things stand at `progress` (0…1) of a motion; new ones come from `origin`. */
export function betweenPlaces(
  from: ReadonlyMap<string, Point>,
  to: ReadonlyMap<string, Point>,
  origin: (key: string) => Point | undefined,
  progress: number,
): Map<string, Point> {
  const eased = 1 - (1 - progress) ** 3;
  const places = new Map<string, Point>();
  for (const [key, target] of to) {
    const start = from.get(key) ?? origin(key) ?? target;
    places.set(key, {
      x: start.x + (target.x - start.x) * eased,
      y: start.y + (target.y - start.y) * eased,
    });
  }
  return places;
}

/** Whether the two put the same things in the same places. */
export function samePlaces(a: ReadonlyMap<string, Point>, b: ReadonlyMap<string, Point>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, { x, y }] of b) {
    const other = a.get(key);
    if (!other || other.x !== x || other.y !== y) return false;
  }
  return true;
}
