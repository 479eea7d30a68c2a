import { planHeaders } from "./map_headers";
import type { MapColumn } from "./map_columns";
import { figureLegend, LEGEND_PX } from "./map_figure_legend";
import type { MarkLegend, RampLegend, SizeLegend } from "./map_legend";
import { markup, xmlText } from "./xml_text";

/** What a saved map is made of. Lengths in px of the figure. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  /** Where the first node of the first column stands. */
  readonly left: number;
  readonly top: number;
  /** Distance between columns. */
  readonly distance: number;
  readonly columns: readonly MapColumn[];
  readonly notes: readonly string[];
  /** The drawing, as markup: definitions, and nodes and edges around (left, top). */
  readonly defs: string;
  readonly world: string;
  readonly ramp: RampLegend | null;
  readonly size: SizeLegend | null;
  readonly marks: MarkLegend;
  /** Scale of the nodes in the drawing. */
  readonly zoom: number;
  readonly hatch: string;
  readonly font: string;
}

/** A standalone SVG document; colours may still be `var(--…)`. */
export function figureMarkup(figure: Figure): string {
  const { width, height, left, distance, columns } = figure;
  const bottom = height - LEGEND_PX;
  const guides = columns
    .map((_, i) => `M${(left + i * distance).toFixed(1)},${figure.top / 2}V${bottom}`)
    .join("");
  return [
    markup("svg", {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": figure.font,
    }),
    markup("rect", { width, height, fill: "var(--background)" }, ""),
    figure.defs,
    markup("path", { d: guides, stroke: "var(--hairline)", fill: "none" }, ""),
    `<g transform="translate(${left},${figure.top}) scale(${figure.zoom})">${figure.world}</g>`,
    headers(figure),
    markup("g", { transform: `translate(0,${bottom})`, "font-size": 11 }),
    figureLegend(figure),
    "</g></svg>",
  ].join("\n");
}

function headers({ columns, notes, left, distance }: Figure): string {
  const names = columns.map((column) => column.name);
  const plan = planHeaders(distance, names);
  const texts = columns.map((column, index) => {
    if (index % plan.every !== 0) return "";
    const x = left + index * distance;
    if (plan.rotated) {
      const transform = `translate(${x.toFixed(1)},${plan.height - 8}) rotate(-48)`;
      return markup("text", { transform, "font-weight": 500 }, xmlText(column.name));
    }
    const lines = wrapped(column.name, plan.width);
    const named = lines.map((line, i) =>
      markup("text", { x, y: 16 + 14 * i, "font-weight": 500 }, xmlText(line)),
    );
    const note = lines.length < plan.lines && plan.width >= 84 ? (notes[index] ?? "") : "";
    const y = 16 + 14 * lines.length;
    const fill = "var(--ink-muted)";
    const quiet = note && markup("text", { x, y, fill, "font-size": 11 }, xmlText(note));
    return markup("g", { "text-anchor": "middle" }, named.join("") + quiet);
  });
  return markup("g", { "font-size": 12, fill: "var(--ink)" }, texts.join("\n"));
}

const CHARACTER_PX = 6.7;

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && (last.length + 1 + word.length) * CHARACTER_PX <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
