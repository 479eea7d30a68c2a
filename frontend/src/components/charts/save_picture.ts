import type { Caption } from "../../model/charts/caption";
import { fileName, withoutControls } from "../../model/format/file_text";
import { captioned } from "./captioned";
import { saveFile } from "./save_file";

const PNG_SCALE = 2;
/** Browsers refuse to draw canvases much larger than this. */
const PNG_LARGEST_PX = 12_000;

/** What a drawing's style sheets say; a file has none. */
const STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
  "paint-order",
  "font-size",
  "font-weight",
] as const;

/**
 * Offers the drawing `svg` as a standalone file `name`.svg or `name`.png, as it looks now, with
 * what `caption` says around it.
 */
export async function saveDrawing(
  svg: SVGSVGElement,
  name: string,
  kind: "svg" | "png",
  caption: Caption,
): Promise<void> {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = svg.querySelectorAll("*");
  const transients = copy.querySelectorAll(".transient");
  copy.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(originals[index]!);
    for (const property of STYLES) element.setAttribute(property, style.getPropertyValue(property));
    removeOfPage(element);
  });
  for (const transient of transients) transient.remove();
  removeOfPage(copy);
  copy.removeAttribute("style");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const file = captioned(copy, resolved(caption, svg), width, height, {
    ink: colourOf("var(--ink)", svg),
    muted: colourOf("var(--ink-muted)", svg),
  });
  const markup = standalone(file.svg, getComputedStyle(svg).fontFamily);
  if (kind === "svg") saveFile(`${fileName(name)}.svg`, "image/svg+xml", markup);
  else await savePng(`${fileName(name)}.png`, markup, file.width, file.height);
}

/** What only the page around a drawing makes use of. */
function removeOfPage(element: Element): void {
  for (const { name } of [...element.attributes]) {
    if (/^(class|role|tabindex|aria-.*|data-.*)$/.test(name)) element.removeAttribute(name);
  }
}

/** `svg` as text, on the page's ground. */
function standalone(svg: SVGSVGElement, font: string): string {
  svg.setAttribute("font-family", font.replace(/"/g, "'"));
  const ground = document.createElementNS(svg.namespaceURI, "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  svg.prepend(ground);
  return withoutControls(new XMLSerializer().serializeToString(svg));
}

/** `caption` with the page's colours instead of their names. */
function resolved(caption: Caption, svg: SVGSVGElement): Caption {
  const legend = caption.legend.map((entry) => ({ ...entry, colour: colourOf(entry.colour, svg) }));
  return { ...caption, legend };
}

function colourOf(colour: string, svg: SVGSVGElement): string {
  return colour.replace(/var\((--[\w-]+)\)/g, (_, name: string) =>
    getComputedStyle(svg).getPropertyValue(name).trim(),
  );
}

/** Offers the SVG `markup` of `width` × `height` px as a picture of twice that. */
export async function savePng(
  name: string,
  markup: string,
  width: number,
  height: number,
): Promise<void> {
  const address = URL.createObjectURL(new Blob([markup], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(PNG_SCALE, PNG_LARGEST_PX / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (blob) saveFile(name, "image/png", blob);
  } finally {
    URL.revokeObjectURL(address);
  }
}
