import { counted } from "../format/numbers";
import { shareText } from "../format/shares";
import type { Answer, InstanceLineage, InstancePage } from "../wire.gen";

/** Instances on a page. */
export const PAGE_ROWS = 100;

/** What a model predicted of one instance. */
export interface RowPrediction {
  key: string;
  predicted: Answer;
  correct: boolean | null;
  confidence: number | null;
  value: number | null;
}

/** One instance of a page. */
export interface InstanceRow {
  id: string | number;
  label: Answer;
  text: string | null;
  target: string | null;
  image: boolean;
  /** The base first. */
  predictions: RowPrediction[];
  votes: { answer: Answer; votes: number; base: number; voters: number } | null;
}

/** "42 of 4,000 instances (1.1 %)". */
export function countWords({ n, of }: Pick<InstancePage, "n" | "of">): string {
  const share = n < of ? ` (${shareText(n / of)})` : "";
  return `${n.toLocaleString("en")} of ${counted(of, "instance")}${share}`;
}

/** Row `at` of a page; null where the page is shorter. */
export function instanceRow(page: InstancePage, at: number): InstanceRow | null {
  const id = page.ids[at];
  if (id === undefined) return null;
  return {
    id,
    label: page.labels[at] ?? null,
    text: page.texts?.[at] ?? null,
    target: page.targets?.[at] ?? null,
    image: page.images?.[at] ?? false,
    predictions: page.models.map(({ key, predicted, correct, confidence, values }) => ({
      key,
      predicted: predicted[at] ?? null,
      correct: correct[at] ?? null,
      confidence: confidence[at] ?? null,
      value: values[at] ?? null,
    })),
    votes: page.votes
      ? {
          answer: page.votes.answers[at] ?? null,
          votes: page.votes.votes[at] ?? 0,
          base: page.votes.base_votes[at] ?? 0,
          voters: page.votes.voters[at] ?? 0,
        }
      : null,
  };
}

/** The value that a whole bar stands for where values lie within these edges of a histogram. */
export function wholeBar(edges: readonly number[]): number {
  return Math.max(Math.abs(edges[0] ?? 0), Math.abs(edges.at(-1) ?? 0)) || 1;
}

/** The lineages that no other one continues, those that broke first. */
export function distinctLineages(lineages: readonly InstanceLineage[]): InstanceLineage[] {
  const kept = lineages.filter(
    (lineage) => !lineages.some((other) => other !== lineage && continues(other, lineage)),
  );
  return [
    ...kept.filter(({ broke }) => broke !== null),
    ...kept.filter(({ broke }) => broke === null),
  ];
}

function continues(longer: InstanceLineage, shorter: InstanceLineage): boolean {
  return (
    longer.steps.length > shorter.steps.length &&
    shorter.steps.every(({ key }, index) => longer.steps[index]?.key === key)
  );
}

/** How many pages to either side of the latest are kept. */
const NEAR = 20;

/** Offsets of the pages of `rows` rows that rows [first, end) are on. */
export function pageOffsets(first: number, end: number, rows: number): number[] {
  const offsets: number[] = [];
  for (let at = Math.floor(first / rows) * rows; at < end; at += rows) offsets.push(at);
  return offsets;
}

/** Which of the pages at `offsets` are so far from that at `latest` that they may be forgotten. */
export function farPages(offsets: Iterable<number>, latest: number, rows: number): number[] {
  return [...offsets].filter((offset) => Math.abs(offset - latest) > NEAR * rows);
}
