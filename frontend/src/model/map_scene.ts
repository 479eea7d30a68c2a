import type { MapLayout, MapSpacing, PlacedModel } from "./map_layout";
import { metricValue, type ColourScale, type SizeScale } from "./map_scales";
import type { Model } from "./wire.gen";

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
}

/** A ribbon from a main parent. */
export interface SceneEdge {
  readonly key: string;
  readonly from: SceneNode;
  readonly to: SceneNode;
  /** The parent was chosen among several models of the same id. */
  readonly assumed: boolean;
}

export interface Scene {
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
      { x: column * spacing.column, y: row * spacing.row },
    ]),
  );
}

/** Everything to draw, with the nodes at `places` (which may be halfway through a motion). */
export function buildScene(
  layout: MapLayout,
  places: ReadonlyMap<string, Point>,
  colour: ColourScale | null,
  size: SizeScale | null,
  largest: number,
): Scene {
  const nodes: SceneNode[] = [];
  const byKey = new Map<string, SceneNode>();
  for (const { key, model } of layout.placed) {
    const place = places.get(key);
    if (!place) continue;
    const { x, y } = place;
    const value = colour && metricValue(model, colour.spec.name);
    const strength = colour && value !== null ? colour.strength(value) : null;
    const node = { key, model, x, y, radius: radiusOf(model, size, largest), strength };
    nodes.push(node);
    byKey.set(key, node);
  }
  const edges = layout.placed.flatMap((place) => edgeTo(place, place.parent, byKey));
  const further = layout.placed.flatMap((place) =>
    place.furtherParents.flatMap((parent) => edgeTo(place, parent, byKey)),
  );
  return { nodes, byKey, edges, further };
}

/** Radius of nodes whose size was not logged, as a share of the largest. */
const UNSIZED = 0.5;

function radiusOf(model: Model, size: SizeScale | null, largest: number): number {
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

/** Keys from `key` up to its root by main parents, `key` first. */
export function pathToRoot(layout: MapLayout, key: string): string[] {
  const path: string[] = [];
  for (let at = layout.byKey.get(key); at; at = at.parent ? layout.byKey.get(at.parent) : undefined)
    path.push(at.key);
  return path;
}
