import { markup } from "../../format/file_text";
import { HATCHED, type Shape } from "./shapes";

/** Shapes as markup of a standalone file; `hatch`: id of the pattern for what was not logged. */
export function shapesMarkup(shapes: readonly Shape[], hatch: string): string {
  return shapes
    .map(({ d, fill, stroke = "none", width = 1, opacity = 1, dash }) =>
      markup(
        "path",
        {
          d,
          fill: fill === HATCHED ? `url(#${hatch})` : fill,
          stroke,
          "stroke-width": width,
          opacity,
          ...(dash ? { "stroke-dasharray": dash.join(" ") } : {}),
        },
        "",
      ),
    )
    .join("\n");
}
