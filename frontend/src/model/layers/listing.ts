import type { Expansion } from "./expansion";
import { parentOf, type LayerNetwork } from "./network";

/** A row in sight. */
export interface ListedRow {
  readonly row: number;
  /** From 1, as screen readers count. */
  readonly level: number;
  /** null where there is nothing to open. */
  readonly expanded: boolean | null;
}

/** From the first to the last tensor of a brushed part of the network, both included. */
export type TensorRange = readonly [first: number, last: number];

/** What filter and brush leave. */
export interface KeptRows {
  /** Whether a row passes, or holds or belongs to one that does. */
  readonly shown: (row: number) => boolean;
  /** Whether a module is open because something in it passes. */
  readonly opened: (row: number) => boolean;
  readonly tensors: readonly number[];
}

/** With `rest` at "auto" as many levels are open as keep the tree below so many rows. */
const SUITABLE_ROWS = 120;

/** Whether the module `row` is open. */
export function isExpanded(network: LayerNetwork, expansion: Expansion): (row: number) => boolean {
  const toggled = new Set(expansion.toggled);
  const levels = { auto: suitableLevels(network), all: Infinity, none: 1 }[expansion.rest];
  return (row) =>
    (network.depths[row] ?? 0) < levels !== toggled.has(network.rows.names[row] ?? "");
}

/** `expansion` with the module `name` the other way. */
export function toggledModule(expansion: Expansion, name: string): Expansion {
  const { rest, toggled } = expansion;
  return toggled.includes(name)
    ? { rest, toggled: toggled.filter((other) => other !== name) }
    : { rest, toggled: [...toggled, name] };
}

/** `expansion` with all modules around `row` open. */
export function revealing(network: LayerNetwork, expansion: Expansion, row: number): Expansion {
  const expanded = isExpanded(network, expansion);
  let changed = expansion;
  for (let at = parentOf(network.rows, row); at >= 0; at = parentOf(network.rows, at)) {
    if (!expanded(at)) changed = toggledModule(changed, network.rows.names[at] ?? "");
  }
  return changed;
}

function suitableLevels(network: LayerNetwork): number {
  const ofDepth: number[] = [];
  for (const depth of network.depths) ofDepth[depth] = (ofDepth[depth] ?? 0) + 1;
  let sum = 0;
  const deepest = ofDepth.findIndex((count) => (sum += count) > SUITABLE_ROWS);
  return deepest < 0 ? Infinity : Math.max(1, deepest - 1);
}

/** The rows that `filter` finds within `range`, with the modules around them. */
export function keptRows(
  network: LayerNetwork,
  filter: NameFilter,
  range: TensorRange | null,
): KeptRows {
  const { rows, count, tensors } = network;
  if (filter.empty && !range) return { shown: () => true, opened: () => false, tensors };
  const inRange = new Uint8Array(count);
  for (const row of range ? tensors.slice(range[0], range[1] + 1) : tensors) inRange[row] = 1;
  const found = new Uint8Array(count);
  const holds = new Uint8Array(count);
  for (let row = count - 1; row >= 0; row--) {
    if (!inRange[row]) continue;
    const above = parentOf(rows, row);
    if (above >= 0) inRange[above] = 1;
    if (filter.passes(rows.names[row] ?? "") && (rows.tensor[row] || !filter.empty)) found[row] = 1;
    if (above >= 0 && (found[row] || holds[row])) holds[above] = 1;
  }
  // Of a module that was found by its own name alone, all is shown.
  const whole = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const above = parentOf(rows, row);
    const inherited = above >= 0 && whole[above];
    whole[row] = inRange[row] && (inherited || (found[row] && !holds[row])) ? 1 : 0;
  }
  return {
    shown: (row) => Boolean(found[row] || holds[row] || whole[row]),
    opened: (row) => Boolean(holds[row]),
    tensors: tensors.filter((row) => found[row] || whole[row]),
  };
}

/** The tree: modules before what they hold, without what is folded away. */
export function treeListing(
  network: LayerNetwork,
  expanded: (row: number) => boolean,
  kept: KeptRows,
): ListedRow[] {
  const listed: ListedRow[] = [];
  const pending = network.count ? [0] : [];
  while (pending.length) {
    const row = pending.pop()!;
    if (!kept.shown(row)) continue;
    const children = network.children[row] ?? [];
    const open = children.length ? kept.opened(row) || expanded(row) : null;
    listed.push({ row, level: (network.depths[row] ?? 0) + 1, expanded: open });
    if (open) for (let at = children.length - 1; at >= 0; at--) pending.push(children[at]!);
  }
  return listed;
}

/** Tensors alone, in the order that `compare` says; equal ones stay in the order of the network. */
export function flatListing(
  kept: KeptRows,
  compare: (a: number, b: number) => number,
): ListedRow[] {
  return [...kept.tensors].sort(compare).map((row) => ({ row, level: 1, expanded: null }));
}

/** Which names a text or a regular expression finds. */
export interface NameFilter {
  /** Whether all names pass. */
  readonly empty: boolean;
  readonly passes: (name: string) => boolean;
  /** What is wrong with the expression; null where nothing is. */
  readonly error: string | null;
}

const ALL: NameFilter = { empty: true, passes: () => true, error: null };

/** Text is looked for in any case and anywhere; an expression that is none lets all pass. */
export function nameFilter(text: string, regex: boolean): NameFilter {
  if (text === "") return ALL;
  if (!regex) {
    const wanted = text.toLowerCase();
    return { empty: false, error: null, passes: (name) => name.toLowerCase().includes(wanted) };
  }
  try {
    const pattern = new RegExp(text, "i");
    return { empty: false, error: null, passes: (name) => pattern.test(name) };
  } catch (error) {
    return { ...ALL, error: error instanceof Error ? error.message : String(error) };
  }
}
