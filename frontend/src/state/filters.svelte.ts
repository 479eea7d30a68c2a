import { passing, sameSubject, type Filter } from "../model/selection/filter";
import type { Model } from "../model/wire.gen";
import type { LinkedModels } from "./linked_models.svelte";

/** Which models pass the filters. */
export class Filters {
  readonly #panel: LinkedModels;
  readonly #withinBudgets: () => ReadonlySet<string> | null;

  constructor(panel: LinkedModels, withinBudgets: () => ReadonlySet<string> | null) {
    this.#panel = panel;
    this.#withinBudgets = withinBudgets;
  }

  /** Keys of the models that pass; null while nothing is filtered. */
  readonly passing = $derived.by(() => {
    const { models, link } = this.#panel;
    const needsBudgets = link.filters.some(({ kind }) => kind === "budgets");
    return passing(models, link.filters, needsBudgets ? this.#withinBudgets() : null);
  });

  /** Keys of the models that pass the filters and that the search finds; null while neither is in force. */
  readonly matching = $derived.by((): ReadonlySet<string> | null =>
    both(this.passing, this.#panel.found),
  );
  /** Those of them that keep all budgets; null while nothing leaves models out. */
  readonly kept = $derived.by((): ReadonlySet<string> | null =>
    both(this.matching, this.#withinBudgets()),
  );

  /** Whether a model stands back, because a filter, the search or a budget leaves it out. */
  leavesOut(key: string): boolean {
    return this.kept?.has(key) === false;
  }

  /** The models to draw: all, or where the others are hidden those that pass and their ancestors. */
  readonly shown = $derived.by((): readonly Model[] => {
    const { models, link, lineage, base } = this.#panel;
    const pass = this.passing;
    if (!pass || !link.hide) return models;
    const kept = new Set<string>(base ? [base.key] : []);
    for (const key of pass) {
      for (let node = lineage.nodes.get(key) ?? null; node; node = node.parent) {
        if (kept.has(node.key)) break;
        kept.add(node.key);
      }
    }
    return models.filter(({ key }) => kept.has(key));
  });

  /** Sets `filter` in place of that on the same subject. */
  put(filter: Filter): void {
    const { filters } = this.#panel.link;
    const at = filters.findIndex((other) => sameSubject(other, filter));
    this.set(at < 0 ? [...filters, filter] : filters.with(at, filter));
  }

  remove(filter: Filter): void {
    this.set(this.#panel.link.filters.filter((other) => !sameSubject(other, filter)));
  }

  set(filters: readonly Filter[]): void {
    this.#panel.set({ filters });
  }

  /** Only models that the operation `name` made. */
  showOnlyOperation(name: string): void {
    this.put({ kind: "operation", values: [name], without: [] });
  }

  /** No models that the operation `name` made. */
  leaveOutOperation(name: string): void {
    const known = this.#panel.link.filters.find((filter) => filter.kind === "operation");
    const values = known?.values.filter((value) => value !== name) ?? [];
    const without = new Set([...(known?.without ?? []), name]);
    this.put({ kind: "operation", values, without: [...without] });
  }
}

function both(
  some: ReadonlySet<string> | null,
  others: ReadonlySet<string> | null,
): ReadonlySet<string> | null {
  if (!some || !others) return some ?? others;
  return new Set([...some].filter((key) => others.has(key)));
}
