import { figureMarkup, figureOf, type DrawnMap } from "../../model/map/figure";
export { figureTitle } from "../../model/map/figure";
import { withoutControls } from "../../model/format/file_text";
import { shapesMarkup } from "../../model/map/cells/markup";
import type { Shape } from "../../model/map/cells/shapes";
import { saveFile } from "../charts/save_file";
import { savePng } from "../charts/save_picture";

/**
 * Offers the whole map as a standalone file, with the colours that `svg` has on the page;
 * `ground`: what a canvas shows behind it.
 */
export async function saveMap(
  svg: SVGSVGElement,
  drawn: DrawnMap,
  kind: "svg" | "png",
  ground: readonly Shape[] = [],
): Promise<void> {
  const figure = figureOf(drawn);
  const style = getComputedStyle(svg);
  const text = resolveColours(
    figureMarkup(figure, {
      defs: markupOf(svg, "defs"),
      world: shapesMarkup(ground, drawn.hatch) + markupOf(svg, ".world > *"),
      font: style.fontFamily.replace(/"/g, "'"),
    }),
    style,
  );
  if (kind === "svg") saveFile("model-map.svg", "image/svg+xml", text);
  else await savePng("model-map.png", text, figure.width, figure.height);
}

const OF_THE_PAGE = ["class", "role", "tabindex", "aria-label", "aria-level", "aria-selected"];

/** The elements right under `selector`, without what only the page needs. */
function markupOf(svg: SVGSVGElement, selector: string): string {
  const serializer = new XMLSerializer();
  const parts = [...svg.querySelectorAll(`:scope > ${selector}`)].map((element) => {
    const copy = element.cloneNode(true) as Element;
    for (const part of [copy, ...copy.querySelectorAll("*")]) {
      for (const name of OF_THE_PAGE) part.removeAttribute(name);
      part.removeAttribute("data-key");
    }
    for (const hover of copy.querySelectorAll("[data-passing]")) hover.remove();
    return copy.hasAttribute("data-passing") ? "" : serializer.serializeToString(copy);
  });
  return withoutControls(parts.join("\n"));
}

function resolveColours(markup: string, style: CSSStyleDeclaration): string {
  return markup.replace(/var\((--[\w-]+)\)/g, (_, name: string) =>
    style.getPropertyValue(name).trim(),
  );
}
