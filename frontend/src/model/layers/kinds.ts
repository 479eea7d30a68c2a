import { worstOf, type Harm, type RowChange } from "./change";
import { parentOf, type LayerNetwork } from "./network";

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

/** Fewer are read as they are. */
const FEWEST = 3;

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
  if (changes.length < FEWEST || others < 0) return null;
  return { kind, changes, of, next: ranked[others] ?? null };
}
