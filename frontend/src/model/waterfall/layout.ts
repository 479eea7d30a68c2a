import { withoutEnd } from "../labels/short_ids";

/** A panel of one metric, in px: from `x` its bars, then its numbers. */
export interface PanelPlace {
  /** Which metric. */
  readonly at: number;
  readonly x: number;
  readonly bars: number;
  /** From the end of the bars to the right end of the numbers. */
  readonly values: number;
}

export interface WaterfallLayout {
  readonly labels: number;
  readonly head: number;
  readonly row: number;
  /** The base line of a row's texts, and where its bar lies. */
  readonly base: number;
  readonly bar: { readonly top: number; readonly height: number };
  readonly lines: readonly { readonly top: number; readonly panels: readonly PanelPlace[] }[];
  readonly height: number;
}

const CHARACTER = 6.3;
const LABELS = { least: 96, most: 300, share: 0.34 };
const BARS = { least: 64, most: 220 };
const [HEAD, ROW, GAP, BETWEEN] = [22, 24, 18, 20];

/** Panels beside each other as far as there is room, then in further lines; numbers never touch bars. */
export function waterfallLayout(
  count: number,
  labels: readonly string[],
  values: readonly (readonly string[])[],
  width: number,
): WaterfallLayout {
  const longest = Math.max(0, ...labels.map((text) => text.length * CHARACTER + 28));
  const most = Math.max(LABELS.least, Math.min(LABELS.most, width * LABELS.share));
  const room = Math.round(Math.min(most, Math.max(LABELS.least, longest)));
  const numbers = values.map(
    (texts) => 10 + CHARACTER * Math.max(1, ...texts.map((text) => text.trim().length)),
  );
  const widest = Math.max(0, ...numbers);
  const perLine = Math.max(1, Math.floor((width - room) / (BARS.least + widest + GAP)));
  const lineCount = Math.max(1, Math.ceil(count / perLine));
  const inLine = Math.max(1, Math.ceil(count / lineCount));
  const bars = Math.min(BARS.most, Math.max(BARS.least, (width - room) / inLine - widest - GAP));
  const tall = HEAD + labels.length * ROW + BETWEEN;
  return {
    labels: room,
    head: HEAD,
    row: ROW,
    base: 16,
    bar: { top: 6, height: 12 },
    lines: Array.from({ length: lineCount }, (_, line) => ({
      top: line * tall,
      panels: Array.from({ length: Math.min(inLine, count - line * inLine) }, (_panel, nth) => ({
        at: line * inLine + nth,
        x: room + GAP + nth * (bars + widest + GAP),
        bars,
        values: widest,
      })),
    })),
    height: lineCount * tall - BETWEEN + 4,
  };
}

/** What of `text` fits into `room` px. */
export function cutTo(text: string, room: number): string {
  return withoutEnd(text, Math.max(2, Math.floor(room / CHARACTER)));
}
