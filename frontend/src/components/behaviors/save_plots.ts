import { saveDrawing } from "../charts/save_picture";

const SVG = "http://www.w3.org/2000/svg";
/** Room above the plots for the models' names, in pixels. */
const NAMES = 20;

/** Offers all plots of a line of models as one file: as they stand, under their models' names. */
export async function savePlots(
  line: Element,
  names: readonly string[],
  name: string,
  kind: "svg" | "png",
): Promise<void> {
  const frame = line.getBoundingClientRect();
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("width", String(frame.width));
  drawing.setAttribute("height", String(frame.height + NAMES));
  drawing.style.cssText = "position: fixed; top: 0; left: 200vw; color: var(--ink)";
  [...line.querySelectorAll("[role=cell]")].forEach((cell, index) => {
    const left = cell.getBoundingClientRect().left - frame.left;
    drawing.append(label(names[index] ?? "", left + 12, NAMES - 6));
    for (const words of cell.querySelectorAll("span, li")) {
      const box = words.getBoundingClientRect();
      const text = [...words.childNodes].map((node) => node.textContent?.trim()).join(" ");
      if (words.closest("li") === words || !words.closest("li")) {
        drawing.append(label(text, box.left - frame.left, box.bottom - frame.top + NAMES - 4));
      }
    }
  });
  for (const plot of line.querySelectorAll("svg")) {
    const box = plot.getBoundingClientRect();
    const group = document.createElementNS(SVG, "g");
    const [x, y] = [box.left - frame.left, box.top - frame.top + NAMES];
    group.setAttribute("transform", `translate(${x},${y})`);
    group.append(...[...plot.childNodes].map((node) => node.cloneNode(true)));
    drawing.append(group);
  }
  document.body.append(drawing);
  try {
    await saveDrawing(drawing, name, kind);
  } finally {
    drawing.remove();
  }
}

function label(text: string, x: number, y: number): SVGTextElement {
  const element = document.createElementNS(SVG, "text");
  element.textContent = text;
  element.setAttribute("x", String(x));
  element.setAttribute("y", String(y));
  element.style.cssText = "fill: var(--ink); font-size: 11px";
  return element;
}
