import { STAR } from "../colour/mark_path";
import { markup, xmlText } from "../format/file_text";
import type { MarkLegend, RampLegend, SizeLegend } from "./legend";

/** Height of the legend of a saved map. */
export const LEGEND_PX = 44;

const STAR_KEY = STAR.replace("M0", "M12");
const CHARACTER_PX = 6.2;
const RAMP_PX = 152;

interface Legend {
  readonly ramp: RampLegend | null;
  readonly circles: SizeLegend | null;
  readonly kinds: MarkLegend;
  readonly zoom: number;
  readonly hatch: string;
}

export interface LegendRow {
  readonly markup: string;
  /** In px. */
  readonly width: number;
}

/** One row of keys, from left to right. */
export function figureLegend({ ramp, circles, kinds, zoom, hatch }: Legend): LegendRow {
  const row = new Row();
  if (ramp) addRamp(row, ramp);
  if (circles) {
    row.gap();
    row.text(circles.title, 500);
    for (const { text, radius } of circles.circles) {
      row.circle(radius * zoom, { fill: "none", stroke: "var(--node-outline)" });
      row.text(text);
    }
  }
  if (kinds.front)
    row.line("on the Pareto front", { fill: "var(--ink)", stroke: "none" }, STAR_KEY);
  if (kinds.faded) row.key("left out", { fill: "var(--ink-muted)", opacity: "0.28" });
  if (kinds.noParent) row.key("no parent", { fill: "none", stroke: "var(--node-outline)" });
  const outline = { stroke: "var(--node-outline)" };
  if (kinds.notLogged) row.key("no number", { ...outline, fill: `url(#${hatch})` });
  if (kinds.failed)
    row.key("failed", { stroke: "var(--worse)", fill: "none" }, "M-3,-3L3,3M-3,3L3,-3");
  const dashes = { fill: "none", "stroke-dasharray": "4 3" };
  if (kinds.running) row.key("running", { ...dashes, stroke: "var(--live)" });
  if (kinds.missing) row.key("missing parent", { ...dashes, stroke: "var(--ink-faint)" });
  if (kinds.assumed) row.line("assumed parent", { "stroke-dasharray": "6 4" }, "M0,0H22");
  if (kinds.further) row.line("further parent", {}, "M0,4C11,4 11,-4 22,-4");
  return { markup: row.parts.join("\n"), width: row.x + 10 };
}

function addRamp(row: Row, ramp: RampLegend): void {
  row.text(ramp.title, 500);
  if (ramp.lowNote) row.text(ramp.lowNote);
  if (ramp.low) row.text(ramp.low);
  const stops = ramp.stops.map((colour, i) =>
    markup("stop", { offset: i / (ramp.stops.length - 1), "stop-color": colour }, ""),
  );
  row.parts.push(markup("linearGradient", { id: "legend-ramp" }, stops.join("")));
  const box = { x: row.x, y: 15, width: RAMP_PX, height: 14, rx: 2, fill: "url(#legend-ramp)" };
  row.parts.push(markup("rect", { ...box, stroke: "var(--hairline-strong)" }, ""));
  for (const { text, share, ink } of ramp.ticks) {
    const place = { x: row.x + share * RAMP_PX, y: 25.5, "font-size": 10, "text-anchor": "middle" };
    row.parts.push(markup("text", { ...place, fill: ink }, xmlText(text)));
  }
  row.x += RAMP_PX + 6;
  row.text(ramp.high);
  if (ramp.highNote) row.text(ramp.highNote);
}

class Row {
  readonly parts: string[] = [];
  x = 16;

  gap(): void {
    this.x += 18;
  }

  text(text: string, weight = 400): void {
    const fill = weight > 400 ? "var(--ink)" : "var(--ink-muted)";
    this.parts.push(
      markup("text", { x: this.x, y: 26, fill, "font-weight": weight }, xmlText(text)),
    );
    this.x += text.length * CHARACTER_PX + 6;
  }

  circle(r: number, style: Readonly<Record<string, string>>): void {
    this.parts.push(markup("circle", { cx: this.x + r, cy: 22, r, ...style }, ""));
    this.x += 2 * r + 6;
  }

  line(text: string, style: Readonly<Record<string, string>>, d: string): void {
    this.gap();
    const look = { fill: "none", stroke: "var(--ink-muted)", "stroke-width": 1.5 };
    const transform = `translate(${this.x},22)`;
    this.parts.push(markup("path", { transform, d, ...look, ...style }, ""));
    this.x += 28;
    this.text(text);
  }

  key(text: string, style: Readonly<Record<string, string>>, cross = ""): void {
    this.gap();
    const transform = `translate(${this.x + 6},22)`;
    if (cross)
      this.parts.push(markup("path", { transform, d: cross, "stroke-width": 2, ...style }, ""));
    this.circle(6, cross ? { fill: "none", stroke: "var(--node-outline)" } : style);
    this.text(text);
  }
}
