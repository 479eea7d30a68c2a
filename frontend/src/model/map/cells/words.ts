import { metricLabel } from "../../format/metric_format";
import { counted } from "../../format/numbers";
import { bothEnds } from "../../labels/short_ids";
import type { MapHead } from "../columns";
import type { ColourScale } from "../scales";
import type { Cell, CellFacts } from "./cell";

const CHARACTER_PX = 6;

/** Texts on the front of a cell, as many as it has room for. */
export interface CellFront {
  /** "50 % · 3 epochs". */
  readonly title: string;
  /** "1,204", at the right end of the first line. */
  readonly count: string;
  /** "best 91.2 % · ★ 7 %", in the second line; "" for none. */
  readonly facts: string;
}

/** `width` in px of the screen; `lines` that there are. */
export function frontOf(
  { title }: Pick<Cell, "title">,
  facts: CellFacts,
  colour: ColourScale | null,
  selected: number,
  width: number,
  lines: 0 | 1 | 2,
): CellFront {
  if (lines === 0) return { title: "", count: "", facts: "" };
  const room = Math.floor(width / CHARACTER_PX);
  const count =
    selected > 0 ? `${countText(selected)}/${countText(facts.count)}` : countText(facts.count);
  const best = bestText(facts, colour);
  const share = facts.onFront > 0 ? `★ ${shareText(facts.onFront / facts.count)}` : "";
  const failed = facts.failed > 0 ? `✕ ${countText(facts.failed)}` : "";
  const joined = (...parts: string[]) => parts.filter(Boolean).join(" · ");
  const said = [joined(best, share, failed), joined(best, share), best, share];
  if (lines === 2) {
    return {
      title: fitting(title, room - count.length - 1),
      count: count.length <= room ? count : "",
      facts: said.find((text) => text && text.length <= room) ?? "",
    };
  }
  // In one line the title goes first, then the count, then the rest.
  const whole = title.join(" · ").length;
  const right = [...said.filter(Boolean).map((text) => joined(text, count)), count];
  const fits = right.find((text) => whole + 2 + text.length <= room);
  const end = fits ?? (count.length + 4 <= room ? count : "");
  return { title: fitting(title, room - end.length - 1), count: end, facts: "" };
}

/** The title, without what its first levels say where there is no room; what tells apart stays. */
export function fitting(title: readonly string[], room: number): string {
  for (let from = 0; from < title.length; from++) {
    const text = title.slice(from).join(" · ");
    if (text.length <= room) return text;
  }
  if (room < 3) return "";
  const last = title.at(-1) ?? "";
  // The name of what has the number is in the head: "low rank rank 4" is "rank 4", then "4".
  const words = last.split(" ");
  const number = words.findIndex((word) => /^[−\d]/.test(word));
  for (let from = 1; from <= number; from++) {
    const text = words.slice(from).join(" ");
    if (text.length <= room) return text;
  }
  // "no magnitude prune" is "no … prune".
  for (const gap of [" … ", "…"]) {
    const ends = [words[0], words.at(-1)].join(gap);
    if (words.length > 2 && ends.length <= room) return ends;
  }
  return words.length > 1 ? briefName(last, room) : `${last.slice(0, room - 1)}…`;
}

/** A name in as many characters: its beginning and its end, which tell it apart. */
export function briefName(name: string, room: number): string {
  return name.length > room && room < 4 ? "" : bothEnds(name, room);
}

/** "best 0.91", "median 12 ms"; "" where nothing was logged. */
export function bestText({ best }: CellFacts, colour: ColourScale | null): string {
  if (!colour || best === null) return "";
  return `${colour.better ? "best" : "median"} ${colour.text(best)}`;
}

/** What a screen reader says of a cell. */
export function spokenCell(
  cell: Cell,
  head: MapHead,
  facts: CellFacts,
  colour: ColourScale | null,
  selected: number,
): string {
  const best = bestText(facts, colour);
  return [
    `${counted(facts.count, "model")} ${cellWords(cell, head)}`,
    best && colour ? `${metricLabel(colour.spec)} ${best}` : "",
    colour && facts.logged < facts.count
      ? `${countText(facts.count - facts.logged)} not logged`
      : "",
    facts.failed > 0 ? `${countText(facts.failed)} failed` : "",
    facts.onFront > 0 ? `${countText(facts.onFront)} on the Pareto front` : "",
    selected > 0 ? `${countText(selected)} selected` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** "by magnitude prune, 50 %". */
export function cellWords({ title }: Pick<Cell, "title">, { operation, name }: MapHead): string {
  const by = operation === null ? `under ${name}` : `by ${operation}`;
  return [by, title.join(" · ")].filter(Boolean).join(", ");
}

/** "1,204". */
export function countText(value: number): string {
  return value.toLocaleString("en");
}

function shareText(share: number): string {
  const percent = share * 100;
  return `${percent >= 9.5 ? percent.toFixed(0) : percent.toPrecision(1)} %`;
}
