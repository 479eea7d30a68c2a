import type { Answer, InstancePage } from "./wire.gen";

export const PAGE_ROWS = 100;

/** What a model answered on one instance. */
export interface RowAnswer {
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
  answers: RowAnswer[];
  votes: { answer: Answer; votes: number; base: number; voters: number } | null;
}

/** Offsets of the pages that rows [first, end) are on. */
export function pageOffsets(first: number, end: number): number[] {
  const offsets: number[] = [];
  for (let at = Math.floor(first / PAGE_ROWS) * PAGE_ROWS; at < end; at += PAGE_ROWS) {
    offsets.push(at);
  }
  return offsets;
}

/** Row `index` of the pages that are there, by offset; null where its page is not. */
export function instanceRow(
  pages: ReadonlyMap<number, InstancePage>,
  index: number,
): InstanceRow | null {
  const page = pages.get(Math.floor(index / PAGE_ROWS) * PAGE_ROWS);
  const at = index % PAGE_ROWS;
  const id = page?.ids[at];
  if (!page || id === undefined) return null;
  return {
    id,
    label: page.labels[at] ?? null,
    text: page.texts?.[at] ?? null,
    target: page.targets?.[at] ?? null,
    image: page.images?.[at] ?? false,
    answers: page.models.map(({ key, predicted, correct, confidence, values }) => ({
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

/** The largest size of a value on these pages: what a whole bar stands for. */
export function largestValue(pages: ReadonlyMap<number, InstancePage>): number {
  let largest = 0;
  for (const { models } of pages.values()) {
    for (const { values } of models) {
      for (const value of values) if (value !== null) largest = Math.max(largest, Math.abs(value));
    }
  }
  return largest || 1;
}
