import type { Caution } from "../../model/claims/front";
import type { KnownLimit } from "../../model/tradeoffs/budget";
import type { Theme } from "../../model/colour/palette";
import type { ColourScale } from "../../model/map/scales";
import type { ScatterPoint } from "../../model/tradeoffs/scatter";
import type { SelectionMark } from "../../model/selection/selection";
import type { MetricSpec } from "../../model/wire.gen";

/** What a scatter is drawn from. */
export interface DrawnScatter {
  /** The models. */
  points: readonly ScatterPoint[];
  /** The two metrics. */
  xSpec: MetricSpec;
  ySpec: MetricSpec;
  /** What colours mean, and what sizes show, as in the map; null for nothing. */
  colour: ColourScale | null;
  sizeSpec: MetricSpec | null;
  theme: Theme;
  /** The front, from the best x to the best y, and who is not told from it. */
  frontPoints: readonly ScatterPoint[];
  front: ReadonlySet<string>;
  tied: ReadonlySet<string>;
  /** Against whom predictions speak. */
  cautions: ReadonlyMap<string, Caution>;
  /** Limits of all metrics; those of the two are drawn. */
  limits: readonly KnownLimit[];
  /** Whether a model stands back. */
  faded: (key: string) => boolean;
  marks: ReadonlyMap<string, SelectionMark>;
  /** Keys of the selected models' main parents, where arrows shall lead from them. */
  traces: readonly { from: string; to: string }[];
  base: string | null;
  hovered: string | null;
  /** Keys of the models that a control under the pointer stands for. */
  highlighted: ReadonlySet<string> | null;
  /** What a screen reader says of a model. */
  spoken: (point: ScatterPoint) => string;
}
