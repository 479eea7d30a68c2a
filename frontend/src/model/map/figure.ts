import { markup, xmlText } from "../format/file_text";
import { figureLegend, LEGEND_PX } from "./figure_legend";
import { planHeaders } from "./headers";
import type { MarkLegend, RampLegend, SizeLegend } from "./legend";
import type { MapPicture } from "./picture";
import { boundsOf, insetsFor } from "./view";

/** The map as it is on the page. */
export interface DrawnMap {
  readonly picture: Pick<MapPicture, "layout" | "spacing" | "texts" | "notes">;
  /** Zoom for which labels and nodes were drawn. */
  readonly zoom: number;
  readonly ramp: RampLegend | null;
  readonly circles: SizeLegend | null;
  readonly kinds: MarkLegend;
  readonly hatch: string;
}

/** What a saved map is made of. Lengths in px of the figure. */
export interface Figure extends DrawnMap {
  readonly width: number;
  readonly height: number;
  /** Where the first column and the first row are. */
  readonly left: number;
  readonly top: number;
  /** Distance between columns. */
  readonly distance: number;
  /** Markup of the legend. */
  readonly legend: string;
}

/** Markup of what is on the page, and the typeface of its texts. */
export interface Drawing {
  readonly defs: string;
  readonly world: string;
  readonly font: string;
}

/** The whole map at its present zoom, with room for headers, labels and the legend. */
export function figureOf(map: DrawnMap): Figure {
  const { zoom } = map;
  const { layout, spacing, texts } = map.picture;
  const legend = figureLegend(map);
  const bounds = boundsOf(layout, spacing);
  const across = bounds.right * zoom;
  const { left, top, right, bottom } = insetsFor(layout, texts, across);
  return {
    ...map,
    width: Math.ceil(Math.max(legend.width, across + left + right)),
    height: Math.ceil(bounds.bottom * zoom + top + bottom + LEGEND_PX),
    left,
    top,
    distance: spacing.column * zoom,
    legend: legend.markup,
  };
}

/** A standalone SVG document; colours may still be `var(--…)`. */
export function figureMarkup(figure: Figure, drawing: Drawing): string {
  const { width, height, left, distance } = figure;
  const { columns } = figure.picture.layout;
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
      "font-family": drawing.font,
    }),
    markup("rect", { width, height, fill: "var(--background)" }, ""),
    drawing.defs,
    markup("path", { d: guides, stroke: "var(--hairline)", fill: "none" }, ""),
    `<g transform="translate(${left},${figure.top}) scale(${figure.zoom})">${drawing.world}</g>`,
    headers(figure),
    markup("g", { transform: `translate(0,${bottom})`, "font-size": 11 }),
    figure.legend,
    "</g></svg>",
  ].join("\n");
}

function headers({ picture, left, distance }: Figure): string {
  const { notes } = picture;
  const { columns } = picture.layout;
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
    const note = plan.hasRoom(column.name) ? (notes[index] ?? "") : "";
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
