import { fileName, withoutControls } from "../../model/format/file_text";
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
  "opacity",
  "paint-order",
  "font-size",
  "font-weight",
] as const;

/** Offers the drawing `svg` as a standalone file `name`.svg or `name`.png, as it looks now. */
export async function saveDrawing(
  svg: SVGSVGElement,
  name: string,
  kind: "svg" | "png",
): Promise<void> {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(originals[index]!);
    for (const property of STYLES) element.setAttribute(property, style.getPropertyValue(property));
    for (const { name: attribute } of [...element.attributes]) {
      if (/^(class|role|tabindex|aria-.*|data-.*)$/.test(attribute)) {
        element.removeAttribute(attribute);
      }
    }
  });
  for (const transient of copy.querySelectorAll(".transient")) transient.remove();
  for (const attribute of ["class", "style", "role"]) copy.removeAttribute(attribute);
  const page = getComputedStyle(svg);
  const background = getComputedStyle(document.body).backgroundColor;
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.setAttribute("font-family", page.fontFamily.replace(/"/g, "'"));
  const ground = document.createElementNS(copy.namespaceURI, "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", background);
  copy.prepend(ground);
  const markup = withoutControls(new XMLSerializer().serializeToString(copy));
  const file = `${fileName(name)}.${kind}`;
  if (kind === "svg") saveFile(file, "image/svg+xml", markup);
  else await savePng(file, markup, width, height);
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
