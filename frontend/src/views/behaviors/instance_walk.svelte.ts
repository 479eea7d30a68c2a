import type { InstanceRow } from "../../model/behaviors/rows";
import type { Panel } from "../../state/panel.svelte";

const TYPING = "input:not([type=radio]), textarea, select, dialog, [role=slider], [role=listbox]";
/** What Enter presses. */
const PRESSED = "button, a";
const PAGE = 8;

interface Walked {
  readonly panel: Panel;
  /** How many instances there are, and how many stand side by side. */
  readonly n: number;
  readonly columns: number;
  /** The instance at a place, once it is there. */
  readonly find: (index: number) => InstanceRow | null;
  /** Brings a place into sight. */
  readonly show: (index: number) => void;
  /** Where they are, for keys that others want elsewhere. */
  readonly list: HTMLElement | undefined;
}

/** The instance that the keyboard is on. To be created while a component is set up. */
export class InstanceWalk {
  #current = $state(0);
  /** The place to open as soon as it is there. */
  #awaited = $state<number | null>(null);
  readonly #of: () => Walked;

  constructor(of: () => Walked) {
    this.#of = of;
    $effect(() => {
      if (this.#awaited !== null && of().find(this.#awaited)) this.open(this.#awaited);
    });
  }

  readonly #last = $derived.by(() => Math.max(0, this.#of().n - 1));
  readonly at = $derived.by(() => Math.min(this.#current, this.#last));

  go(index: number): void {
    const { panel, show } = this.#of();
    this.#current = Math.min(Math.max(0, index), this.#last);
    show(this.#current);
    if (panel.link.instance !== null) this.open(this.#current);
  }

  open(index: number): void {
    const { panel, find } = this.#of();
    this.#current = index;
    const row = find(index);
    this.#awaited = row ? null : index;
    if (row) panel.set({ instance: String(row.id) });
  }

  press = (event: KeyboardEvent): void => {
    const { target } = event;
    const { panel, list } = this.#of();
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const inList = target instanceof Node && (list?.contains(target) ?? false);
    if (!inList && target instanceof Element && target.closest(TYPING)) return;
    const step = { j: 1, k: -1 }[event.key] ?? (inList ? this.#steps()[event.key] : undefined);
    if (step !== undefined) this.go(this.at + step);
    else if (event.key === "Enter" && !(target instanceof Element && target.closest(PRESSED)))
      this.open(this.at);
    else if (event.key === "Escape" && panel.link.instance !== null) panel.set({ instance: null });
    else return;
    event.preventDefault();
  };

  #steps(): Partial<Record<string, number>> {
    const { columns } = this.#of();
    return {
      ArrowDown: columns,
      ArrowUp: -columns,
      ...(columns > 1 && { ArrowRight: 1, ArrowLeft: -1 }),
      PageDown: PAGE * columns,
      PageUp: -PAGE * columns,
      Home: -Infinity,
      End: Infinity,
    };
  }
}
