import type { Answer, InstancePage } from "../wire.gen";

/** Instances on a page. */
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

/** The value that a whole bar stands for where values lie within these edges of a histogram. */
export function wholeBar(edges: readonly number[]): number {
  return Math.max(Math.abs(edges[0] ?? 0), Math.abs(edges.at(-1) ?? 0)) || 1;
}
