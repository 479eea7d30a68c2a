import { format } from "d3-format";

import { metricFormat } from "../format/metric_format";
import { counted } from "../format/numbers";
import { plainSpec, shortNumber } from "../metrics/measure";
import type { LayerCells, LayerNote, LayerPart, LayerScheme, LayerTree, Match } from "../wire.gen";
import { bytesSaved } from "./change";
import { numberAt, numberWords } from "./measure";
import { nameOfRow } from "./network";

export const MATCH_WORDS: Record<Exclude<Match, null>, string> = {
  name: "matched by name",
  normalised: "matched by name without wrappers",
  renamed: "matched by name without the modules around one of the networks",
  shape: "matched by module and shape",
  transposed:
    "matched by name, axes the other way round: value by value only if all are kept or it was logged with reference=",
  resized: "matched by name, in another shape: compared by totals and histograms only",
};

/** All about a model's cell, a line for each thing. */
export function cellWords(
  tree: LayerTree,
  cells: LayerCells,
  row: number,
  nameOf: (key: string) => string,
): string {
  const [base] = tree.models;
  const measure = tree.measures.find(({ id }) => id === tree.measure);
  const name = tree.rows.names[row] ?? "";
  const lines = [`${nameOf(cells.key)} · ${nameOfRow(tree.rows, row)}`];
  const own = cells.own_names[name];
  if (own !== undefined && own !== name) lines.push(`named ${own} here`);
  const match = cells.match[row];
  if (match && match !== "name") lines.push(MATCH_WORDS[match]);
  if (measure && (cells !== base || !measure.pairwise)) {
    lines.push(`${measure.label}: ${numberWords(numberAt(cells, row), measure)}`);
  }
  const part = cells.parts[row];
  if (part) lines.push(part.words);
  lines.push(...sizeWords(cells, base, row));
  lines.push(...shareWords(tree.classes, cells.shares[row]));
  const lost = cells.non_finite[row] ?? 0;
  if (lost) lines.push(`${counted(lost, "value")} not finite, left out of all else`);
  if (cells.outliers.includes(row)) lines.push("a few weights changed a lot");
  return lines.join("\n");
}

function sizeWords(cells: LayerCells, base: LayerCells | undefined, row: number): string[] {
  const params = cells.params[row];
  if (params == null) return [];
  const stored = bytesText(cells.stored_bytes[row]);
  const effective = bytesText(cells.effective_bytes[row]);
  const lines = [`${counted(params, "value")}: ${stored} as stored, ${effective} at best`];
  const saved = base && base !== cells ? bytesSaved(base, cells, row) : null;
  if (saved)
    lines.push(`${bytesText(Math.abs(saved))} ${saved > 0 ? "saved" : "more than the base"}`);
  return lines;
}

/** The classes of change that occur: "0–20 %: 34 %". */
function shareWords(
  classes: readonly string[],
  shares: readonly number[] | null | undefined,
): string[] {
  if (!shares) return [];
  return classes.flatMap((name, at) => {
    const share = shares[at] ?? 0;
    return share > 0 ? [`${name}: ${percentText(share)}`] : [];
  });
}

/** "34 %", "0.2 %", "< 0.1 %". */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "< 0.1\u202f%";
  return `${percent < 10 && percent > 0 ? percent.toFixed(1) : Math.round(percent)}\u202f%`;
}

/** What is missing between a model and the base: "3 not in the base · lacks 12"; "" for nothing. */
export function unmatchedWords({ unmatched_base, unmatched_own }: LayerCells): string {
  const parts: string[] = [];
  if (unmatched_base) parts.push(`lacks ${unmatched_base.toLocaleString("en")}`);
  if (unmatched_own) parts.push(`${unmatched_own.toLocaleString("en")} of its own`);
  return parts.join(" · ");
}

/** "576 of 98,880 compared"; "" where everything is, or nothing would be. */
export function partText(part: LayerPart | null): string {
  if (!part) return "";
  const { compared, of, words } = part;
  if (compared === null || of === null || compared >= of) return words;
  return `${compared.toLocaleString("en")} of ${of.toLocaleString("en")} compared`;
}

/** What notes say in sentences: "prune-90, prune-95: It says so. Do this." */
export interface NoteWords {
  readonly text: string;
  /** Nothing is to be done about it. */
  readonly minor: boolean;
}

/** Each thing that notes say once, for all models that it is said of; what has a remedy first. */
export function noteWords(
  notes: readonly LayerNote[],
  nameOf: (key: string) => string,
): NoteWords[] {
  const said = new Map<string, { minor: boolean; models: string[] }>();
  for (const { message, remedy, model } of notes) {
    const text = [message, remedy].filter(Boolean).map(ended).join(" ");
    const entry = said.get(text) ?? { minor: !remedy, models: [] };
    if (model) entry.models.push(nameOf(model));
    said.set(text, entry);
  }
  return [...said]
    .map(([text, { minor, models }]) => ({
      text: (models.length ? `${models.join(", ")}: ` : "") + text,
      minor,
    }))
    .sort((a, b) => Number(a.minor) - Number(b.minor));
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const BYTES = plainSpec("B");
const thousands = format(",d");

/** "1.2 MB". */
export function bytesText(bytes: number | null | undefined): string {
  return bytes == null ? "–" : metricFormat(BYTES).full(Math.round(bytes));
}

/** "25.6 M". */
export function countText(count: number | null | undefined): string {
  return count == null ? "" : shortNumber(count);
}

/** "64×3×7×7"; "scalar" without dimensions. */
export function shapeText(shape: readonly number[] | null | undefined): string {
  if (!shape) return "";
  return shape.length ? shape.map((size) => thousands(size)).join("×") : "scalar";
}

/** How a tensor is quantized, in words: "8 bits · per channel (axis 0) · symmetric · 64 scales, 512 B". */
export function schemeWords(scheme: LayerScheme, shape: readonly number[] | null): string {
  const { bits, algorithm, symmetric, group, axis, scales, overhead_bytes, saturated } = scheme;
  const perChannel = axis !== null && (group === null || scales === shape?.[axis]);
  const extent = perChannel
    ? `per channel (axis ${axis})`
    : group !== null
      ? `groups of ${group.toLocaleString("en")}`
      : "per tensor";
  const parts = [
    `${Number(bits.toFixed(2))} bits`,
    algorithm,
    extent,
    symmetric === null ? "" : symmetric ? "symmetric" : "asymmetric",
    scales ? `${counted(scales, "scale")}, ${bytesText(overhead_bytes)}` : "",
    saturated === null ? "" : `${saturated.toLocaleString("en")} saturated`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** Which channels group `at` of `groups` holds, from 0: "12" or "12–15". */
export function channelRange(at: number, groups: number, channels: number): string {
  const first = Math.floor((at * channels) / groups);
  const last = Math.max(first, Math.floor(((at + 1) * channels) / groups) - 1);
  return first === last ? String(first) : `${first}–${last}`;
}
