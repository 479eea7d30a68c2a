import type { LinkState } from "../model/link/url_state";

/** What Ctrl+Z takes back: choices of models, not of views. */
const UNDOABLE = [
  "selection",
  "base",
  "filters",
  "budgets",
  "conditions",
  "layerRange",
] as const satisfies readonly string[];
const KEPT = 100;

type Change = Partial<LinkState>;

/** The steps that can be taken back, the latest last. */
export class UndoHistory {
  #steps: Change[] = [];

  /** Remembers what `change` replaces in `before`, if it is a choice of models. */
  remember(before: LinkState, change: Change): void {
    const names = UNDOABLE.filter((name) => name in change);
    if (names.length === 0) return;
    const replaced: Readonly<Record<string, unknown>> = { ...before };
    this.#steps.push(Object.fromEntries(names.map((name) => [name, replaced[name]])) as Change);
    if (this.#steps.length > KEPT) this.#steps.shift();
  }

  /** The change that takes back the latest step; null where there is none. */
  takeBack(): Change | null {
    return this.#steps.pop() ?? null;
  }
}
