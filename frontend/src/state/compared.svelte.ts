import type { Panel } from "./panel.svelte";
import { ResponseCache } from "./responses.svelte";

/** What the places share that compare the selected models with the base. */
export class Compared {
  readonly cache = new ResponseCache();
  readonly #life = new AbortController();
  readonly #panel: () => Panel;

  /** Keys of the models beside the base, in order. */
  readonly models = $derived.by(() => {
    const { selectedKeys, byKey, base } = this.panel;
    return selectedKeys.filter((key) => byKey.has(key) && key !== base?.key);
  });

  /** To be created while the place is set up. */
  constructor(panel: () => Panel) {
    this.#panel = panel;
    $effect(() => () => this.#life.abort());
  }

  /** Aborted when the user leaves the place. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  get panel(): Panel {
    return this.#panel();
  }

  /** Changes with the log directory. */
  get version(): unknown {
    return this.panel.live.version;
  }

  nameOf = (key: string): string => this.panel.byKey.get(key)?.id ?? key;
}
