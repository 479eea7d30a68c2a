import { behaviorsAddress, layerTreeAddress, type BehaviorsLevel } from "../api/addresses";
import { behaviorGlance } from "../model/behaviors/glance_behavior";
import { activationsGlance, weightsGlance, type LayerGlance } from "../model/layers/glance_layers";
import type { BehaviorSummary, HarmedSlices, LayerTree, LayerView, Model } from "../model/wire.gen";
import type { Panel } from "./panel.svelte";
import { LatestResponse, together, type Failure, type Requested } from "./responses.svelte";

/** Who walks through models with the arrow keys requests none of them. */
const SETTLED_MS = 150;

/** What predictions, weights and activations say of one model against another, once here. */
export class Glance implements Requested {
  readonly #panel: () => Panel;
  readonly #pair: () => readonly [base: Model, model: Model] | null;
  /** The pair that has been chosen for long enough to request what is known of it. */
  #settled = $state.raw<readonly [base: Model, model: Model] | null>(null);
  readonly #summary: LatestResponse<BehaviorSummary>;
  readonly #harmed: LatestResponse<HarmedSlices>;
  readonly #weights: LatestResponse<LayerTree> | null;
  readonly #activations: LatestResponse<LayerTree> | null;
  readonly #parts = together(() =>
    [this.#summary, this.#harmed, this.#weights, this.#activations].filter((part) => part !== null),
  );

  /** To be created while a component is set up. `layers`: whether to request these too. */
  constructor(
    panel: () => Panel,
    pair: () => readonly [base: Model, model: Model] | null,
    layers = true,
  ) {
    this.#panel = panel;
    this.#pair = pair;
    $effect(() => {
      const chosen = pair();
      const timer = setTimeout(() => (this.#settled = chosen), SETTLED_MS);
      return () => clearTimeout(timer);
    });
    this.#summary = this.#latest(() => this.#behaviors("summary"));
    this.#harmed = this.#latest(() => this.#behaviors("harmed"));
    this.#weights = layers ? this.#latest(() => this.#layers("weights")) : null;
    this.#activations = layers ? this.#latest(() => this.#layers("activations")) : null;
  }

  readonly behavior = $derived.by(() => {
    const summary = this.#summary.response;
    const model = this.#pair()?.[1].key;
    if (!summary || model === undefined || !this.#isOf(summary)) return null;
    const harmed = this.#harmed.response;
    const known = harmed && harmed.dataset === summary.dataset;
    return behaviorGlance(summary, known ? harmed : null, model);
  });
  readonly weights = $derived.by(() => this.#glanceOf(this.#weights, weightsGlance));
  readonly activations = $derived.by(() => this.#glanceOf(this.#activations, activationsGlance));
  /** Whether responses are late. */
  get slow(): boolean {
    return this.#parts.slow;
  }

  get late(): boolean {
    return this.#parts.late;
  }

  get failure(): Failure | null {
    return this.#parts.failure;
  }

  retry(): void {
    this.#parts.retry();
  }

  /** Gives up what is late. */
  cancel(): void {
    this.#parts.cancel();
  }

  #latest<T>(address: () => string | null): LatestResponse<T> {
    return new LatestResponse<T>(this.#panel().glances, address, () => this.#panel().live.version);
  }

  #behaviors(level: BehaviorsLevel): string | null {
    const pair = this.#settled;
    if (!pair?.every(({ logged }) => logged.predictions.length)) return null;
    const [base, model] = pair;
    const subject = { base: base.key, models: [model.key], dataset: this.#panel().link.evaluation };
    return behaviorsAddress(level, { ...subject, measure: null, form: null });
  }

  #layers(view: Exclude<LayerView, "sparsity">): string | null {
    const pair = this.#settled;
    if (!pair?.every(({ logged }) => logged[view])) return null;
    const [base, model] = pair;
    return layerTreeAddress({ base: base.key, models: [model.key], view, measure: "sqnr" });
  }

  #glanceOf(
    latest: LatestResponse<LayerTree> | null,
    glance: (tree: LayerTree, model: string) => LayerGlance | null,
  ): LayerGlance | null {
    const tree = latest?.response;
    const model = this.#pair()?.[1].key;
    return tree && model !== undefined && this.#isOf(tree) ? glance(tree, model) : null;
  }

  /** Whether a response is about the pair: the last one stays until the next is there. */
  #isOf({ base, models }: { base: string; models: readonly { key: string }[] }): boolean {
    const pair = this.#pair();
    return base === pair?.[0].key && models.some(({ key }) => key === pair[1].key);
  }
}
