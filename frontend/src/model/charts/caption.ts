/** What a saved picture says around its chart: there is no page around it. */
export interface Caption {
  readonly title: string;
  /** Names of what is drawn; without `mark` only words. */
  readonly legend: readonly LegendEntry[];
  /** The meaning of colours, where they are a ramp. */
  readonly ramp?: {
    readonly stops: readonly string[];
    readonly weak: string;
    readonly strong: string;
    readonly label: string;
  };
  /** What axes show, with units, and what else must be known; "" for nothing. */
  readonly note: string;
}

export interface LegendEntry {
  readonly text: string;
  /** Its colour, and the path of its mark around (0, 0). */
  readonly colour: string;
  readonly path: string;
}

/** Text of a caption at its place, in px. */
export interface CaptionText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly strong: boolean;
  /** The mark before it. */
  readonly mark: { readonly colour: string; readonly path: string } | null;
}

/** A caption laid out: above the chart from 0, and below it from its end. */
export interface LaidCaption {
  readonly above: { readonly height: number; readonly texts: readonly CaptionText[] };
  readonly below: { readonly height: number; readonly texts: readonly CaptionText[] };
  /** Where the ramp lies below the chart; null without one. */
  readonly ramp: { readonly x: number; readonly y: number; readonly width: number } | null;
}

/** Px around the picture, of letters (as a share of their size), and between lines. */
export const MARGIN = 24;
const CHARACTER = 0.55;
const TITLE = { size: 16, line: 22 };
const SMALL = { size: 12, line: 18 };
const MARK_ROOM = 16;
const ENTRY_GAP = 20;
const RAMP = 96;

/** The caption of a chart of `width` px, without overlap: what does not fit goes into the next line. */
export function laidCaption(caption: Caption, width: number): LaidCaption {
  const above: CaptionText[] = [];
  let y = 0;
  for (const text of wrapped(caption.title, width, TITLE.size)) {
    y += TITLE.line;
    above.push({ x: 0, y: y - 6, text, size: TITLE.size, strong: true, mark: null });
  }
  let x = 0;
  if (caption.legend.length) y += SMALL.line;
  for (const { text, colour, path } of caption.legend) {
    const [whole = ""] = wrapped(text, width - MARK_ROOM, SMALL.size);
    const room = MARK_ROOM + widthOf(whole, SMALL.size) + ENTRY_GAP;
    if (x > 0 && x + room - ENTRY_GAP > width) [x, y] = [0, y + SMALL.line];
    above.push({
      x: x + MARK_ROOM,
      y: y - 4,
      text: whole,
      size: SMALL.size,
      strong: false,
      mark: { colour, path },
    });
    x += room;
  }
  const below: CaptionText[] = [];
  let bottom = 0;
  const small = (text: string, left: number): void => {
    below.push({ x: left, y: bottom - 4, text, size: SMALL.size, strong: false, mark: null });
  };
  let ramp: LaidCaption["ramp"] = null;
  if (caption.ramp) {
    const { label, weak, strong } = caption.ramp;
    bottom += SMALL.line + 4;
    small(`${label}  ${weak}`, 0);
    const left = widthOf(`${label}  ${weak}`, SMALL.size) + 8;
    ramp = { x: left, y: bottom - 14, width: RAMP };
    small(strong, left + RAMP + 8);
  }
  for (const text of wrapped(caption.note, width, SMALL.size)) {
    bottom += SMALL.line;
    small(text, 0);
  }
  return {
    above: { height: y + 10, texts: above },
    below: { height: bottom ? bottom + 6 : 0, texts: below },
    ramp,
  };
}

function widthOf(text: string, size: number): number {
  return text.length * size * CHARACTER;
}

/** `text` in lines of at most `width` px; a word that is longer is cut. */
export function wrapped(text: string, width: number, size: number): string[] {
  const fits = Math.max(4, Math.floor(width / (size * CHARACTER)));
  const lines: string[] = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const cut = word.length > fits ? `${word.slice(0, fits - 1)}…` : word;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + cut.length <= fits) {
      lines[lines.length - 1] = `${last} ${cut}`;
    } else lines.push(cut);
  }
  return lines;
}
