import { bothEnds } from "../labels/short_ids";
import { counted } from "../format/numbers";
import { markup, xmlText } from "../format/file_text";
import { figureLegend, LEGEND_PX } from "./figure_legend";
import { leastDistance, planHeaders, type HeadPlace } from "./headers";
import type { MarkLegend, RampLegend, SizeLegend } from "./legend";
import type { Box, Insets } from "./view";

/** The map as it is on the page. */
export interface DrawnMap {
  /** What it shows, in words. */
  readonly title: string;
  readonly heads: readonly HeadPlace[];
  /** Where columns have a line from top to bottom, in px at zoom 1. */
  readonly guides: readonly number[];
  /** What is drawn, in px at zoom 1. */
  readonly box: Box;
  /** Room around it, given its width on the page. */
  readonly insets: (width: number) => Insets;
  /** Zoom for which labels and nodes were drawn. */
  readonly zoom: number;
  readonly ramp: RampLegend | null;
  readonly circles: SizeLegend | null;
  readonly kinds: MarkLegend;
  readonly hatch: string;
}

/** Height of the title, and letters of it in px. */
const TITLE_PX = 36;
const TITLE_CHARACTER_PX = 8.2;

/** What a saved map is made of. Lengths in px of the figure. */
export interface Figure extends DrawnMap {
  readonly width: number;
  readonly height: number;
  /** Where the map begins. */
  readonly left: number;
  readonly top: number;
  /** Markup of the legend. */
  readonly legend: string;
}

/** "Model Map of 56 models: accuracy". */
export function figureTitle(models: number, ramp: Pick<RampLegend, "title"> | null): string {
  return `Model Map of ${counted(models, "model")}${ramp ? `: ${ramp.title}` : ""}`;
}

/** Markup of what is on the page, and the typeface of its texts. */
export interface Drawing {
  readonly defs: string;
  readonly world: string;
  readonly font: string;
}

/** The whole map at its present zoom, with room for headers, labels and the legend. */
export function figureOf(map: DrawnMap): Figure {
  const { zoom, box } = map;
  const legend = figureLegend(map);
  const across = box.right * zoom;
  const { left, top, right, bottom } = map.insets(across);
  return {
    ...map,
    width: Math.ceil(Math.max(legend.width, across + left + right)),
    height: Math.ceil(box.bottom * zoom + TITLE_PX + top + bottom + LEGEND_PX),
    left,
    top: TITLE_PX + top,
    legend: legend.markup,
  };
}

/** A standalone SVG document; colours may still be `var(--…)`. */
export function figureMarkup(figure: Figure, drawing: Drawing): string {
  const { width, height, left } = figure;
  const bottom = height - LEGEND_PX;
  const guides = figure.guides
    .map((x) => `M${(left + x * figure.zoom).toFixed(1)},${(TITLE_PX + figure.top) / 2}V${bottom}`)
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
    title(figure),
    drawing.defs,
    markup("path", { d: guides, stroke: "var(--hairline)", fill: "none" }, ""),
    `<g transform="translate(${left},${figure.top}) scale(${figure.zoom})">${drawing.world}</g>`,
    headers(figure),
    markup("g", { transform: `translate(0,${bottom})`, "font-size": 11 }),
    figure.legend,
    "</g></svg>",
  ].join("\n");
}

function title({ title: text, width }: Figure): string {
  const shown = bothEnds(text, Math.floor((width - 32) / TITLE_CHARACTER_PX));
  const look = { x: 16, y: 26, fill: "var(--ink)", "font-size": 16, "font-weight": 500 };
  return markup("text", look, xmlText(shown));
}

function headers({ heads, left, zoom }: Figure): string {
  const names = heads.map(({ head }) => head.name);
  const plan = planHeaders(leastDistance(heads) * zoom, names);
  const texts = heads.map(({ head: { name }, note, x: middle }, index) => {
    if (index % plan.every !== 0) return "";
    const x = left + middle * zoom;
    if (plan.rotated) {
      const transform = `translate(${x.toFixed(1)},${plan.height - 8}) rotate(-48)`;
      return markup("text", { transform, "font-weight": 500 }, xmlText(name));
    }
    const lines = wrapped(name, plan.width);
    const top = 16 + (index % 2 === 1 ? plan.lower : 0);
    const named = lines.map((line, i) =>
      markup("text", { x, y: top + 14 * i, "font-weight": 500 }, xmlText(line)),
    );
    const shown = plan.hasRoom(name) ? bothEnds(note, Math.floor(plan.width / NOTE_PX)) : "";
    const y = top + 14 * lines.length;
    const fill = "var(--ink-muted)";
    const quiet = shown && markup("text", { x, y, fill, "font-size": 11 }, xmlText(shown));
    return markup("g", { "text-anchor": "middle" }, named.join("") + quiet);
  });
  const look = { "font-size": 12, fill: "var(--ink)", transform: `translate(0,${TITLE_PX})` };
  return markup("g", look, texts.join("\n"));
}

const CHARACTER_PX = 6.7;
const NOTE_PX = 6;

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
