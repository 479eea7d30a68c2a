import type { MapPicture } from "../../model/map/picture";
import type { SelectMode } from "../../model/selection/selection";
import type { StageView } from "./stage_view.svelte";

/** What a map shows, and what a person does to it. */
export interface MapEvents {
  /** What to show. */
  picture: MapPicture;
  /** Pan and zoom; moved by gestures. */
  view: StageView;
  /** Whether a drag encloses models instead of panning. */
  enclosing: boolean;
  /** Called when a model is picked, alone or in addition. */
  onselect: (key: string, mode: SelectMode) => void;
  /** Called with all models of columns, cells or a marquee. */
  onselectmany: (keys: readonly string[], mode: "only" | "add") => void;
  /** Called to show a model's details. */
  onopen: (key: string) => void;
  /** Called to open the menu of a model at a point of the frame. */
  onmenu: (key: string, x: number, y: number) => void;
  /** Called with what is under the pointer or the focus, and where it is in the frame. */
  onpoint: (key: string | null, x: number, y: number) => void;
}
