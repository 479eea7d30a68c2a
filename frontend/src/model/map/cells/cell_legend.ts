import { isLive } from "../../labels/standing";
import type { Lineage, LineageNode } from "../../lineage/lineage";
import type { Model } from "../../wire.gen";
import type { MarkLegend } from "../legend";
import type { ColourScale } from "../scales";
import type { Bundles } from "./bundles";

/** Kinds of marks of which at least one is among the models. */
export function cellLegend(
  { preorder }: Lineage,
  colour: ColourScale | null,
  front: ReadonlySet<string>,
  { all }: Bundles,
  faded: ((model: Model) => boolean) | undefined,
): MarkLegend {
  const has = (test: (node: LineageNode) => boolean) => preorder.some(test);
  return {
    notLogged:
      colour !== null &&
      has(
        ({ model, parent }) =>
          (parent !== null || colour.kind === "value") &&
          model.status !== "missing" &&
          colour.valueOf(model) === null,
      ),
    failed: has(({ model }) => model.status === "failed"),
    running: has(({ model }) => isLive(model)),
    missing: has(({ model }) => model.status === "missing"),
    assumed: false,
    further: all.some(({ further }) => further),
    noParent: colour?.kind === "change" && has(({ parent }) => parent === null),
    front: front.size > 0,
    faded: faded !== undefined && has(({ model }) => faded(model)),
  };
}
