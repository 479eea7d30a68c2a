import type { Theme } from "../colour/palette";
import type { LabelTexts } from "./labels";
import type { MapLayout, MapSpacing } from "./layout";
import type { Scene } from "./scene";
import type { SelectionMark } from "../selection/selection";

/** What a map of single models shows at this moment. */
export interface MapPicture {
  readonly layout: MapLayout;
  readonly scene: Scene;
  readonly spacing: MapSpacing;
  /** What may stand beside each node. */
  readonly texts: ReadonlyMap<string, LabelTexts>;
  /** Per head, what is said of its parameters; "" for nothing. */
  readonly notes: readonly string[];
  /** What a screen reader says of each node. */
  readonly spoken: ReadonlyMap<string, string>;
  /** The mark of each selected model. */
  readonly marks: ReadonlyMap<string, SelectionMark>;
  readonly base: string | null;
  readonly hovered: string | null;
  /** Those that a control under the pointer stands for. */
  readonly highlighted: ReadonlySet<string>;
  /** Those on the Pareto front. */
  readonly front: ReadonlySet<string>;
  /** Those that the search finds; null while nothing is searched. */
  readonly found: ReadonlySet<string> | null;
  /** Those against whose star predictions say something. */
  readonly cautions: ReadonlySet<string>;
  readonly theme: Theme;
  /** Whether the nodes are on their way; labels wait for their arrival. */
  readonly moving: boolean;
  /** Prefix of ids, unique on the page. */
  readonly id: string;
}
