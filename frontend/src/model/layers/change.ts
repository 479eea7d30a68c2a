import type { LayerCells, LayerMeasure, LayerTree } from "../wire.gen";
import { valueAt } from "./measure";
import { parentOf, type LayerNetwork } from "./network";

/** Where a row stands in a model: the larger the worse; null without a number. */
export type Harm = (model: number, row: number) => number | null;

/**
 * How far a row is from the base. A measure that compares says so itself, by its goal; of any
 * other it is the distance from the base's own value.
 */
export function harmOf({ models, measures, measure }: LayerTree): Harm {
  const chosen = measures.find(({ id }) => id === measure);
  const sign = chosen?.goal === "max" ? -1 : 1;
  return (model, row) => {
    const [base, cells] = [models[0], models[model]];
    const value = cells && model > 0 ? valueAt(cells, row) : null;
    if (value === null || !base) return null;
    if (chosen?.pairwise) return sign * value;
    const before = valueAt(base, row);
    return before === null || value === before ? null : Math.abs(value - before);
  };
}

/** A row in the model that changed it most. */
export interface RowChange {
  readonly row: number;
  readonly model: number;
  readonly harm: number;
}

/** The worst model of `row`; null where none has a number. */
export function worstOf(harm: Harm, models: number, row: number): RowChange | null {
  let worst: RowChange | null = null;
  for (let model = 1; model < models; model++) {
    const here = harm(model, row);
    if (here !== null && (worst === null || here > worst.harm)) worst = { row, model, harm: here };
  }
  return worst;
}

/** The `most` of `rows` that changed most, each once, the worst first. */
export function topChanges(
  harm: Harm,
  models: number,
  rows: readonly number[],
  most: number,
): RowChange[] {
  return rows
    .flatMap((row) => worstOf(harm, models, row) ?? [])
    .filter(({ harm: here }) => here > -Infinity)
    .sort((a, b) => b.harm - a.harm)
    .slice(0, most);
}

/** "Lowest SQNR", "Highest relative L2", "Largest change of sparsity". */
export function changeHeading({ label, goal, pairwise }: LayerMeasure): string {
  if (!pairwise) return `Largest change of ${label}`;
  return `${goal === "max" ? "Lowest" : "Highest"} ${label}`;
}

/** Bytes at best that a model saves in a row against the base; null where either lacks it. */
export function bytesSaved(base: LayerCells, cells: LayerCells, row: number): number | null {
  const [before, after] = [base.effective_bytes[row], cells.effective_bytes[row]];
  return before == null || after == null ? null : before - after;
}

/** A row of a model by what it saves and what that costs. */
export interface RowCost extends RowChange {
  /** Bytes at best that it takes less than the base's. */
  readonly saved: number;
  readonly error: number;
}

/** Of the tensors `rows` in all models, those with both numbers. */
export function rowCosts(tree: LayerTree, rows: readonly number[]): RowCost[] {
  const [base] = tree.models;
  const harm = harmOf(tree);
  if (!base) return [];
  return tree.models.flatMap((cells, model) =>
    rows.flatMap((row) => {
      const here = harm(model, row);
      const saved = bytesSaved(base, cells, row);
      const error = cells.value[row] ?? null;
      return here === null || saved === null || error === null
        ? []
        : { row, model, harm: here, saved, error };
    }),
  );
}

/** With fewer rows none stands out. */
const FEWEST = 4;

/**
 * The row that costs much and saves little: of the worse half of its model the one with the
 * largest (share of rows that are better) × (1 − its share of the most that a row saves).
 */
export function worstBargain(costs: readonly RowCost[]): RowCost | null {
  let found: RowCost | null = null;
  let most = 0;
  for (const model of new Set(costs.map((cost) => cost.model))) {
    const own = costs.filter((cost) => cost.model === model).sort((a, b) => a.harm - b.harm);
    const largest = Math.max(...own.map(({ saved }) => saved));
    if (own.length < FEWEST || !(largest > 0)) continue;
    own.forEach((cost, rank) => {
      const worse = rank / (own.length - 1);
      const score = worse * (1 - Math.max(0, cost.saved) / largest);
      if (worse >= 0.5 && score > most) [found, most] = [cost, score];
    });
  }
  return found;
}

/** Tensors of one kind that all changed more than any other tensor. */
export interface LeadingKind {
  /** "LayerNorm weight". */
  readonly kind: string;
  /** The worst first. */
  readonly changes: readonly RowChange[];
  /** How many tensors of the kind there are. */
  readonly of: number;
  /** The worst of all other tensors; null where there is none with a number. */
  readonly next: RowChange | null;
}

/** Fewer of a kind are read as they are. */
const FEWEST_OF_KIND = 3;

/** What kind of tensor a row is: the class of its module and its own name, "LayerNorm weight". */
export function kindOf({ rows, labels }: LayerNetwork, row: number): string {
  const module = rows.kinds[parentOf(rows, row)] ?? "";
  const own = (labels[row] ?? "").split(".").at(-1) ?? "";
  return module ? `${module} ${own}` : own;
}

/** The kind that leads the ranking of `tensors` by harm; null where no kind does. */
export function leadingKind(
  harm: Harm,
  models: number,
  network: LayerNetwork,
  tensors: readonly number[],
): LeadingKind | null {
  const ranked = tensors
    .flatMap((row) => worstOf(harm, models, row) ?? [])
    .sort((a, b) => b.harm - a.harm);
  const [first] = ranked;
  if (!first || first.harm === -Infinity) return null;
  const kind = kindOf(network, first.row);
  const others = ranked.findIndex(
    (change) => change.harm === -Infinity || kindOf(network, change.row) !== kind,
  );
  const changes = others < 0 ? ranked : ranked.slice(0, others);
  const of = tensors.filter((row) => kindOf(network, row) === kind).length;
  if (changes.length < FEWEST_OF_KIND || others < 0) return null;
  return { kind, changes, of, next: ranked[others] ?? null };
}
