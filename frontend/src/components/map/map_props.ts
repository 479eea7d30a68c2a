import type { FoldChoice } from "../../model/map/fold_choice";
import type { Noise } from "../../model/metrics/known";
import type { Kin, SelectMode } from "../../model/selection/selection";
import type { Resolution } from "../../model/tradeoffs/near_best";
import type { MapInput } from "./map_drawing.svelte";

/** What a map is drawn from, and what it answers with. */
export interface MapProps extends MapInput {
  /** What noise leaves of changes against the parents. */
  noise: Noise;
  /** The model to bring into view; an object of its own for each time. */
  sought: { readonly key: string } | null;
  /** Called when a model is picked, alone or in addition. */
  onselect: (key: string, mode: SelectMode) => void;
  /** Called with all models of a column, a cell or a marquee. */
  onselectmany: (keys: readonly string[], mode: "only" | "add") => void;
  /** Called to add the relatives of the selected models. */
  onkin: (kin: Kin) => void;
  /** Called when the pointer or the focus comes to a model, and with null when it leaves. */
  onhover: (key: string | null) => void;
  /** Called to show a model's details. */
  onopen: (key: string) => void;
  /** Called to open the menu of a model at a point of the frame. */
  onmenu: (key: string, x: number, y: number) => void;
  /** Called when the user chose how colours share out the values. */
  onresolution: (resolution: Resolution) => void;
  /** Called with whether models shall be in cells, and which shall be open. */
  onfolds: (folds: FoldChoice) => void;
}
