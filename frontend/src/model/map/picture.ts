import type { Theme } from "../colour/palette";
import type { MapColumn } from "./columns";
import type { FoldedMap } from "./folds";
import type { LabelTexts } from "./labels";
import type { MapLayout, MapSpacing } from "./layout";
import type { Scene } from "./scene";
import type { SelectionMark } from "../selection/selection";

/** What the map shows at this moment; keys are those of what is seen, models or folds. */
export interface MapPicture {
  readonly folded: FoldedMap;
  readonly layout: MapLayout;
  readonly scene: Scene;
  readonly spacing: MapSpacing;
  /** Those of the layout, with the models of folds that belong to them. */
  readonly columns: readonly MapColumn[];
  /** What may stand beside each node. */
  readonly texts: ReadonlyMap<string, LabelTexts>;
  /** Per column, what is said of its parameters; "" for nothing. */
  readonly notes: readonly string[];
  /** What a screen reader says of each node. */
  readonly spoken: ReadonlyMap<string, string>;
  /** The mark of each selected model, and of the first in each fold. */
  readonly marks: ReadonlyMap<string, SelectionMark>;
  readonly base: string | null;
  readonly hovered: string | null;
  /** Those that a control under the pointer stands for. */
  readonly highlighted: ReadonlySet<string>;
  /** Those on the Pareto front. */
  readonly front: ReadonlySet<string>;
  /** Those against whose star predictions say something. */
  readonly cautions: ReadonlySet<string>;
  readonly theme: Theme;
  /** Whether the nodes are on their way; labels wait for their arrival. */
  readonly moving: boolean;
  /** Prefix of ids, unique on the page. */
  readonly id: string;
}
