import { counted } from "../format/numbers";
import type { AnswerFlow, ModelFlows, OtherFlows } from "../wire.gen";

/** A prediction on one side: what it is, and where it lies, in px. */
export interface FlowNode {
  readonly text: string;
  readonly n: number;
  readonly top: number;
  readonly height: number;
}

/** A change from a node on the left to one on the right; null: all that are not listed. */
export interface Ribbon {
  readonly flow: AnswerFlow | null;
  readonly n: number;
  /** What most of it did; null where neither, or nobody knows. */
  readonly outcome: "broke" | "mended" | null;
  /** Where its middle lies at both ends, and how thick it is, in px. */
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

export interface FlowLayout {
  readonly left: readonly FlowNode[];
  readonly right: readonly FlowNode[];
  /** The most frequent first, the rest last. */
  readonly ribbons: readonly Ribbon[];
  readonly height: number;
}

/** All ribbons together are about so thick, in px; a name needs so much. */
const INK = 150;
const NAME = 16;
const GAP = 4;
const THIN = 1.5;
/** The rest is never thicker than this: it is not what the drawing is about. */
const REST = 20;

interface Entry {
  readonly before: string;
  readonly after: string;
  readonly flow: AnswerFlow | null;
  readonly n: number;
  readonly outcome: Ribbon["outcome"];
  readonly size: number;
}

/** Where predictions and the changes between them lie. */
export function flowLayout({ flows, rest }: ModelFlows): FlowLayout {
  const listed = flows.reduce((sum, { n }) => sum + n, 0);
  const entries: Entry[] = flows.map((flow) => ({
    before: `=${flow.before}`,
    after: `=${flow.after}`,
    flow,
    n: flow.n,
    outcome: outcomeOf(flow),
    size: Math.max(THIN, (flow.n / listed) * INK),
  }));
  if (rest.n) {
    const size = Math.min(REST, Math.max(THIN, (rest.n / Math.max(1, listed)) * INK));
    const other = { flow: null, n: rest.n, outcome: outcomeOf(rest), size };
    entries.push({ before: "", after: "", ...other });
  }
  const left = placed(entries, ({ before }) => before, inOrder(entries, "before"));
  const tops = new Map([...left].map(([name, { top }]) => [name, top]));
  const right = placed(entries, ({ after }) => after, inOrder(entries, "after", tops));
  const ends = { left: endsOf(left), right: endsOf(right) };
  // On each side ribbons leave a node in the order of their other ends.
  const by = (side: Map<string, Placed>, of: (entry: Entry) => string) => (a: Entry, b: Entry) =>
    side.get(of(a))!.top - side.get(of(b))!.top;
  const from = middles(
    entries,
    ends.left,
    (entry) => entry.before,
    by(right, (e) => e.after),
  );
  const to = middles(
    entries,
    ends.right,
    (entry) => entry.after,
    by(left, (e) => e.before),
  );
  return {
    left: nodesOf(left),
    right: nodesOf(right),
    ribbons: entries.map((entry) => ({ ...entry, from: from.get(entry)!, to: to.get(entry)! })),
    height: Math.max(bottomOf(left), bottomOf(right)),
  };
}

function outcomeOf({ n, broke, mended }: AnswerFlow | OtherFlows): Ribbon["outcome"] {
  if (2 * broke > n) return "broke";
  return 2 * mended > n ? "mended" : null;
}

interface Placed extends FlowNode {
  readonly ink: number;
}

/** Names of one side: the largest first, or in the order of where their ribbons come from. */
function inOrder(
  entries: readonly Entry[],
  side: "before" | "after",
  from?: ReadonlyMap<string, number>,
): string[] {
  const weights = new Map<string, { n: number; at: number }>();
  for (const entry of entries) {
    const sum = weights.get(entry[side]) ?? { n: 0, at: 0 };
    const at = from?.get(entry.before) ?? 0;
    weights.set(entry[side], { n: sum.n + entry.n, at: sum.at + at * entry.n });
  }
  const place = ({ n, at }: { n: number; at: number }): number => (from ? at / n : -n);
  return [...weights]
    .sort(([a, one], [b, other]) => {
      // What is not listed lies at the end.
      return Number(a === "") - Number(b === "") || place(one) - place(other);
    })
    .map(([name]) => name);
}

function placed(
  entries: readonly Entry[],
  of: (entry: Entry) => string,
  order: readonly string[],
): Map<string, Placed> {
  const found = new Map<string, Placed>();
  let top = 0;
  for (const name of order) {
    const own = entries.filter((entry) => of(entry) === name);
    const ink = own.reduce((sum, { size }) => sum + size, 0);
    const n = own.reduce((sum, entry) => sum + entry.n, 0);
    const height = Math.max(NAME, ink);
    found.set(name, { text: name.slice(1), n, top, height, ink });
    top += height + GAP;
  }
  return found;
}

/** Where the ink of each node begins: in its middle. */
function endsOf(nodes: ReadonlyMap<string, Placed>): Map<string, number> {
  return new Map(
    [...nodes].map(([name, { top, height, ink }]) => [name, top + (height - ink) / 2]),
  );
}

function middles(
  entries: readonly Entry[],
  starts: Map<string, number>,
  of: (entry: Entry) => string,
  order: (a: Entry, b: Entry) => number,
): Map<Entry, number> {
  const next = new Map(starts);
  const found = new Map<Entry, number>();
  for (const entry of [...entries].sort(order)) {
    const at = next.get(of(entry)) ?? 0;
    found.set(entry, at + entry.size / 2);
    next.set(of(entry), at + entry.size);
  }
  return found;
}

function nodesOf(nodes: ReadonlyMap<string, Placed>): FlowNode[] {
  return [...nodes.values()].map(({ text, n, top, height }) => ({ text, n, top, height }));
}

function bottomOf(nodes: ReadonlyMap<string, Placed>): number {
  return Math.max(0, ...[...nodes.values()].map(({ top, height }) => top + height));
}

/** A ribbon as a path from x 0 to `width`. */
export function ribbonPath({ from, to, size }: Ribbon, width: number): string {
  const [half, middle] = [size / 2, width / 2];
  const edge = (a: number, b: number) => `C${middle},${a} ${middle},${b}`;
  return (
    `M0,${from - half}${edge(from - half, to - half)} ${width},${to - half}` +
    `V${to + half}${edge(to + half, from + half)} 0,${from + half}Z`
  );
}

/** Changes none of which happened more often than this say nothing by how often they did. */
const SELDOM = 2;

/** Whether there is a pattern to draw. */
export function hasPattern({ flows }: ModelFlows): boolean {
  return (flows[0]?.n ?? 0) > SELDOM;
}

/** "176 of 3,188 changed, in 40 ways: 131 broke, 45 mended". */
export function flowWords({ n, changed, broke, mended, pairs }: ModelFlows): string {
  const [of, all] = [n.toLocaleString("en"), changed.toLocaleString("en")];
  if (!changed) return `none of ${of} predictions changed`;
  const others = changed - (broke ?? 0) - (mended ?? 0);
  const parts = [
    ...(broke === null ? [] : [`${broke.toLocaleString("en")} broke`]),
    ...(mended === null ? [] : [`${mended.toLocaleString("en")} mended`]),
    ...(broke === null || !others ? [] : [`${others.toLocaleString("en")} wrong in another way`]),
  ];
  const ways = `${all} of ${of} changed, in ${counted(pairs, "way")}`;
  return parts.length ? `${ways}: ${parts.join(", ")}` : ways;
}

/** A ribbon in words: "three ▸ five, 40 instances: 39 broke"; the rest as one. */
export function ribbonWords({ flow, n }: Ribbon, { rest, broke }: ModelFlows): string {
  const counts = flow ?? rest;
  const told =
    broke === null
      ? ""
      : `: ${counts.broke.toLocaleString("en")} broke, ${counts.mended.toLocaleString("en")} mended`;
  const what = flow ? `${flow.before} ▸ ${flow.after}` : counted(rest.pairs, "other change");
  return `${what}, ${counted(n, "instance")}${told}`;
}
