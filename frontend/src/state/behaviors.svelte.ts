import { behaviorsAddress, type BehaviorsDetail, type BehaviorsLevel } from "../api/addresses";
import {
  aboutModels,
  hasCondition,
  readConditions,
  withConditions,
  withoutCondition,
  writeConditions,
} from "../model/behaviors/conditions";
import { foremost, harmBy, harmMeasure } from "../model/behaviors/harm";
import { leadOf, sortingModel } from "../model/behaviors/matrix";
import { firstSort, mostLossy, sortAmong } from "../model/behaviors/sort";
import type { HarmBy } from "../model/claims/harm";
import type { BehaviorRows } from "../model/link/behaviors";
import type {
  BehaviorSummary,
  Condition,
  Form,
  HarmedPair,
  HarmedSlice,
  HarmedSlices,
  SliceTable,
} from "../model/wire.gen";
import { Compared } from "./compared.svelte";
import type { Panel } from "./panel.svelte";
import { LatestResponse, together } from "./responses.svelte";

/** Slices of fewer instances are folded, and of so many changes a flow consists at most. */
const SMALL = 30;
const MOST_FLOWS = 16;

/** What the Behaviors place asks for and shows; all choices are in the link. */
export class Behaviors extends Compared {
  /** Of all instances, and of those that the conditions leave. */
  readonly #whole: LatestResponse<BehaviorSummary>;
  readonly requested = together(() => [this.#whole, this.#part]);
  readonly #part: LatestResponse<BehaviorSummary>;
  /** Of which slices a larger share broke than of all, whatever is kept. */
  readonly harmed: LatestResponse<HarmedSlices>;
  /** By what these were looked for. */
  readonly harmBy: HarmBy = $derived.by(() => {
    const found = this.harmed.response;
    return found && this.whole ? harmBy(found, this.whole) : null;
  });

  readonly conditions = $derived.by(() =>
    aboutModels(readConditions(this.panel.link.conditions), this.compared),
  );
  /** How rows are sorted: as chosen, else with the largest loss first; null: as the server does. */
  readonly sort = $derived.by(() => {
    const chosen = sortAmong(this.panel.link.behaviorSort, this.compared);
    if (chosen !== null || (this.rows === "slices" && this.numeric)) return chosen ?? "level";
    const predicted = this.#losers.some(({ agreement }) => agreement);
    return firstSort(this.rows, this.#losers, this.measure?.goal ?? null, predicted);
  });
  /** What is known of those; the response may still be about others. */
  readonly #losers = $derived.by(
    () => this.whole?.models.filter(({ key }) => this.models.includes(key)) ?? [],
  );
  /** Keys of the base and these. */
  readonly compared = $derived.by(() => [this.panel.base?.key ?? "", ...this.models]);
  readonly rows = $derived.by<BehaviorRows>(() => {
    const chosen = this.panel.link.behaviorRows;
    if (chosen !== null && (chosen !== "broken" || this.seen)) return chosen;
    return this.whole?.dimensions.length ? "slices" : "instances";
  });

  /** To be created while the place is set up. */
  constructor(panel: () => Panel) {
    super(panel);
    this.#whole = new LatestResponse(
      this.cache,
      () => this.address("summary"),
      () => this.version,
    );
    this.#part = new LatestResponse(
      this.cache,
      () => this.address("summary", { filter: this.conditions }),
      () => this.version,
    );
    this.harmed = new LatestResponse(
      this.cache,
      () => this.#harmedAddress(),
      () => this.version,
    );
  }

  /** Whether what is known is of the data set that was left. */
  get #isStale(): boolean {
    const { evaluation } = this.panel.link;
    const { whole } = this;
    const isListed = whole?.datasets.some(({ key }) => key === evaluation) ?? false;
    return isListed && whole?.dataset !== evaluation;
  }

  /**
   * What slices are by: as chosen, else the dimension of the slice that was harmed or broke most; null: as the
   * server does, undefined while that is not known.
   */
  readonly slicedBy = $derived.by<readonly string[] | null | undefined>(() => {
    const chosen = this.panel.link.slicedBy;
    if (chosen) return chosen.split("\n").slice(0, 2);
    const { response, failure } = this.harmed;
    const isOfAnother =
      this.#isStale || (response !== null && response.dataset !== this.whole?.dataset);
    const isAwaited = response === null && this.#harmedAddress() !== null;
    if (failure === null && (isOfAnother || isAwaited)) return undefined;
    const most = isOfAnother ? null : response && foremost(response, this.harmBy);
    return most ? [most.by] : null;
  });

  /** The one dimension that slices are by where its levels are numbers in order; null otherwise. */
  readonly numeric = $derived.by(() => {
    const dimensions = this.whole?.dimensions ?? [];
    const by = this.slicedBy ?? [dimensions[0]?.id];
    const [only, second] = by;
    const found = second ? undefined : dimensions.find(({ id }) => id === only);
    return found?.numeric ? found : null;
  });

  /** Key of the model whose summary is beside the rows. */
  readonly lead = $derived.by(() => {
    const worst = mostLossy(this.#losers, this.measure?.goal ?? null);
    return leadOf(this.focused, this.sort, worst, this.compared);
  });
  /** Key of the model whose column is wide; null for none. */
  readonly focused = $derived.by(() => {
    const { focusedModel } = this.panel.link;
    return focusedModel !== null && this.compared.includes(focusedModel) ? focusedModel : null;
  });

  /** Which of the compared models stays in sight: that by whose column rows are sorted. */
  readonly pinned = $derived.by(() => {
    const at = this.compared.indexOf(sortingModel(this.sort) ?? "");
    return at > 0 ? at : null;
  });

  /** Whether instances are something to look at, or to read. */
  readonly seen = $derived.by(
    () =>
      !!this.whole &&
      (this.whole.has_images || this.whole.has_texts || this.whole.kind === "texts"),
  );
  /** What holds of the instances in the list. */
  readonly shownConditions = $derived.by(() =>
    this.rows === "broken"
      ? withConditions(this.conditions, ...this.brokenBy(this.lead))
      : this.conditions,
  );

  get whole(): BehaviorSummary | null {
    return this.#whole.response;
  }

  get summary(): BehaviorSummary | null {
    return this.#part.response;
  }

  readonly measure = $derived.by(
    () => this.summary?.measures.find(({ id }) => id === this.summary?.measure) ?? null,
  );
  readonly form = $derived.by<Form>(() => this.summary?.form ?? "value");

  /** The address of what is chosen; null while there is no base. */
  address(level: BehaviorsLevel, detail: BehaviorsDetail = {}): string | null {
    const { base, link } = this.panel;
    if (!base) return null;
    const { evaluation: dataset, measure, form } = link;
    const subject = { base: base.key, models: this.models, dataset, measure, form };
    return behaviorsAddress(level, subject, detail);
  }

  #harmedAddress(): string | null {
    const { base, link } = this.panel;
    if (!base || !this.models.length || this.whole?.dataset == null) return null;
    const { measures, measure: shown } = this.whole;
    const measure = harmMeasure(measures.find(({ id }) => id === shown) ?? null);
    const subject = { base: base.key, models: this.models, dataset: link.evaluation };
    return behaviorsAddress("harmed", { ...subject, measure, form: null });
  }

  /** Who became what of every compared model, whatever of the lead's own changes is kept. */
  readonly flowsAddress = $derived.by(() => {
    if (!this.models.length || this.whole?.dataset == null) return null;
    const own = new Set(["change", "flip"]);
    const filter = this.conditions.filter(
      (each) => !(own.has(each.kind) && "model" in each && each.model === this.lead),
    );
    const { base, link } = this.panel;
    const subject = { base: base?.key ?? "", models: this.models, dataset: link.evaluation };
    const detail = { filter, limit: MOST_FLOWS };
    return behaviorsAddress("flows", { ...subject, measure: null, form: null }, detail);
  });

  /** Where a page of slices is; null while it is not known what they are by. */
  slicesAddress(offset: number, limit: number): string | null {
    const { conditions: filter, slicedBy: by, sort } = this;
    if (by === undefined) return null;
    // Lines go on over what has few instances.
    const least = this.panel.link.smallSlices || this.numeric ? {} : { least: SMALL };
    return this.address("slices", { filter, by, sort, offset, limit, ...least });
  }

  /** What tells the instances that a model broke: right → wrong, or changed where nobody knows. */
  brokenBy(model: string): Condition[] {
    const own = this.whole?.models.find(({ key }) => key === model);
    if (own?.outcomes) return [{ kind: "flip", model, flip: "negative" }];
    return own?.agreement ? [{ kind: "flip", model, flip: "changed" }] : [];
  }

  /** All pages of the slices of which `table` has some, small ones too. */
  async everySlice({ n, left_out: left, by }: SliceTable, limit: number): Promise<SliceTable[]> {
    const tables: SliceTable[] = [];
    for (let offset = 0; offset < n + left; offset += limit) {
      const { conditions: filter, sort } = this;
      const detail = { filter, by, sort, offset, limit };
      const address = this.address("slices", detail);
      if (address !== null) tables.push(await this.cache.get<SliceTable>(address, this.life));
    }
    return tables;
  }

  /** The ends of the range that a model's measure is kept in; null where open. */
  rangeOf(model: string, measure: string, form: Form): { low: number | null; high: number | null } {
    for (const each of this.conditions) {
      if (each.kind !== "range" || each.model !== model) continue;
      if (each.measure === measure && each.form === form) return each;
    }
    return { low: null, high: null };
  }

  /** Keeps a model's measure in a range; both ends open: in any. */
  keepRange(
    model: string,
    measure: string,
    form: Form,
    low: number | null,
    high: number | null,
  ): void {
    const range = { kind: "range", model, measure, form, low, high } as const;
    if (low === null && high === null) this.drop(range);
    else this.keep(range);
  }

  colourOf = (key: string): string => this.panel.marks.get(key)?.colour ?? "var(--ink-faint)";

  /** Holds to these conditions too. */
  keep(...conditions: readonly Condition[]): void {
    this.#set(withConditions(this.conditions, ...conditions));
  }

  /** Holds to this condition, or no longer. */
  toggle(condition: Condition): void {
    if (hasCondition(this.conditions, condition)) this.drop(condition);
    else this.keep(condition);
  }

  drop(condition: Condition): void {
    this.#set(withoutCondition(this.conditions, condition));
  }

  dropAll(): void {
    this.#set([]);
  }

  /** Shows the instances for which these conditions hold too. */
  showAlso(...conditions: readonly Condition[]): void {
    this.showInstances(...withConditions(this.conditions, ...conditions));
  }

  /** Shows the instances for which exactly these conditions hold. */
  showInstances(...conditions: readonly Condition[]): void {
    this.panel.set({
      behaviorRows: "instances",
      behaviorSort: null,
      instance: null,
      conditions: writeConditions(conditions),
    });
  }

  /** Shows what broke in a slice. */
  showHarmed({ model, by, level }: HarmedSlice): void {
    this.showBroken(model, { kind: "slice", by, level });
  }

  /** Shows what broke in a pair of slices. */
  showHarmedPair({ model, by, levels }: HarmedPair): void {
    const slices = by.map((id, at) => ({ kind: "slice", by: id, level: levels[at] ?? 0 }) as const);
    this.showBroken(model, ...slices);
  }

  /** Shows what a model broke where these conditions hold; of a score, what it made worst first. */
  showBroken(model: string, ...conditions: readonly Condition[]): void {
    const by = this.harmBy;
    if (by === null) {
      this.showInstances(...conditions, { kind: "flip", model, flip: "negative" });
      return;
    }
    this.showInstances(...conditions);
    const behaviorSort = `${by.goal === "min" ? "-" : ""}change:${model}`;
    this.panel.set({ measure: by.id, behaviorSort });
  }

  /** Leaves every choice to the data again. */
  startOver(): void {
    this.panel.set({
      evaluation: null,
      measure: null,
      form: null,
      slicedBy: null,
      behaviorSort: null,
      conditions: "",
      instance: null,
    });
  }

  /** Opens the summary of a model and widens its column, or leaves it again. */
  focus(model: string): void {
    const left = this.focused === model && this.panel.link.modelPane !== false;
    this.panel.set({
      focusedModel: left ? null : model,
      modelPane: left ? null : true,
      instance: null,
    });
  }

  show(rows: BehaviorRows): void {
    this.panel.set({ behaviorRows: rows, behaviorSort: null, instance: null });
  }

  #set(conditions: readonly Condition[]): void {
    this.panel.set({ conditions: writeConditions(conditions) });
  }
}
