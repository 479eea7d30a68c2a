import { bisector } from "d3-array";

import { said } from "../claims/claim";
import { notApart } from "../claims/sensitivity";
import { numberAndUnit, readAmount } from "../format/metric_amount";
import { bytesText, threeDigits } from "../format/numbers";
import type { MetricSpec, Sensitivity } from "../wire.gen";

/** The candidate of each layer after so many steps of the front; −1 as it is. */
export function allocationAfter(found: Sensitivity, steps: number): number[] {
  const chosen = [...found.start];
  for (const { layer, candidate } of found.steps.slice(0, steps)) chosen[layer] = candidate;
  return chosen;
}

/** What the network takes after so many steps, in bytes. */
export function bytesAfter(found: Sensitivity, steps: number): number {
  return found.steps[steps - 1]?.bytes ?? found.start_bytes;
}

/** What its outputs are then expected to lose. */
export function damageAfter(
  found: Sensitivity,
  steps: number,
): { damage: number; low: number | null; high: number | null } {
  return found.steps[steps - 1] ?? { damage: found.start_damage, low: null, high: null };
}

/** The fewest steps after which the network takes no more than `bytes`; all where it never does. */
export function stepsWithin(found: Sensitivity, bytes: number): number {
  if (bytes >= found.start_bytes) return 0;
  const falling = bisector<{ bytes: number }, number>((step, size) => size - step.bytes);
  return Math.min(falling.left(found.steps, bytes) + 1, found.steps.length);
}

/** A damage with its unit. */
export function damageText(found: Sensitivity, damage: number): string {
  const shown =
    damage !== 0 && Math.abs(damage) < 0.001 ? damage.toExponential(1) : threeDigits(damage);
  return found.unit ? `${shown} ${found.unit}` : shown;
}

/** What the damage is called. */
export function damageName({ damage, score, tokens }: Sensitivity): string {
  if (damage === "score") return `loss of ${score}`;
  const each = tokens ? "token" : "instance";
  return damage === "kl" ? `KL divergence for each ${each}` : "squared error of the outputs";
}

/** Why a layer has what it has in an allocation, in a few lines. */
export function whyChosen(found: Sensitivity, layer: number, chosen: number): string {
  const { damage, bytes } = found.cells;
  const own = found.layers[layer]!;
  const name = (at: number): string => (at < 0 ? "as it is" : found.candidates[at]!.name);
  const size = (at: number): number => (at < 0 ? own.dense_bytes : (bytes[layer]![at] ?? NaN));
  const cost = (at: number): number => (at < 0 ? 0 : (damage[layer]![at] ?? NaN));
  const next = found.steps.find(
    (step) => step.layer === layer && size(step.candidate) < size(chosen),
  );
  const lines = [`${own.name}: ${name(chosen)}, ${bytesText(size(chosen))}`];
  if (chosen >= 0) lines.push(`alone it costs ${damageText(found, cost(chosen))}`);
  if (next) {
    const saved = bytesText(size(chosen) - size(next.candidate));
    const more = damageText(found, cost(next.candidate) - cost(chosen));
    lines.push(`next ${name(next.candidate)} would save ${saved} for ${more} more`);
  } else lines.push("nothing that was measured is smaller for less");
  return lines.join("\n");
}

/** How a cell stands among all layers by its candidate; "" where it has no rank. */
export function rankWords(found: Sensitivity, layer: number, candidate: number): string {
  const first = found.cells.rank_first[layer]![candidate];
  const last = found.cells.rank_last[layer]![candidate];
  if (first == null || last == null) return "";
  return said({ first, last }, notApart) || `${first} of ${found.layers.length}`;
}

/** The same in a few characters: "2", "1–7". */
export function rankText(found: Sensitivity, layer: number, candidate: number): string {
  const first = found.cells.rank_first[layer]![candidate];
  const last = found.cells.rank_last[layer]![candidate];
  if (first == null || last == null) return "–";
  return first === last ? String(first) : `${first}–${last}`;
}

const BYTES: MetricSpec = {
  name: "bytes",
  goal: "min",
  guessed: false,
  unit: "B",
  format: "",
  low: 0,
  high: null,
  primary: true,
  budget: null,
  scalar: "",
  description: "",
};

/** The bytes that somebody means by "855 kB", "19 %" or "half"; null where that is no size. */
export function typedBytes(found: Sensitivity, text: string): number | null {
  if (/^\s*half\s*$/i.test(text)) return Math.floor(found.dense_bytes / 2);
  const read = numberAndUnit(text);
  const bytes =
    read?.unit === "%" ? (found.dense_bytes * read.number) / 100 : readAmount(text, BYTES);
  return bytes !== null && bytes >= 0 ? Math.floor(bytes) : null;
}
