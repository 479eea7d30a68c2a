import { layerRowAddress, layerTreeAddress, type LayersSubject } from "../api/addresses";
import { markPath } from "../model/colour/mark_path";
import { fittingIds, shortIds } from "../model/labels/short_ids";
import { blockGrid, suitsGrid } from "../model/layers/blocks/grid";
import type { Expansion } from "../model/layers/expansion";
import {
  flatListing,
  isExpanded,
  keptRows,
  nameFilter,
  revealing,
  toggledModule,
  treeListing,
  type TensorRange,
} from "../model/layers/listing";
import type { LayerChart } from "../model/link/layers";
import { layerNetwork, nearestRow } from "../model/layers/network";
import { readSort, rowOrder, sortText, type LayerSort } from "../model/layers/sort";
import type { LayerTree } from "../model/wire.gen";
import { Compared } from "./compared.svelte";
import type { Panel } from "./panel.svelte";
import { LatestResponse } from "./responses.svelte";

/** From so many models on their names in a legend are cut to as many characters. */
const FEW = 6;
const NARROW = 12;

/** What the Layers place asks for and shows; all choices are in the link. */
export class Layers extends Compared {
  readonly requested: LatestResponse<LayerTree>;
  /** Full name of the row under the pointer, in any picture. */
  hovered = $state<string | null>(null);

  /** To be created while the place is set up. */
  constructor(panel: () => Panel) {
    super(panel);
    this.requested = new LatestResponse(
      this.cache,
      () => this.#subject && layerTreeAddress(this.#subject),
      () => this.version,
    );
  }

  get tree(): LayerTree | null {
    return this.requested.response;
  }

  readonly measure = $derived.by(
    () => this.tree?.measures.find(({ id }) => id === this.tree?.measure) ?? null,
  );
  readonly network = $derived.by(() => this.tree && layerNetwork(this.tree.rows));
  /** The tensors by block and kind. */
  readonly grid = $derived.by(() => this.network && blockGrid(this.network));
  readonly chart = $derived.by<LayerChart>(() => {
    const { layerChart } = this.panel.link;
    return layerChart ?? (this.grid && suitsGrid(this.grid) ? "heat map" : "in order");
  });
  readonly filter = $derived.by(() => {
    const { layerSearch, layerRegex } = this.panel.link;
    return nameFilter(layerSearch, layerRegex);
  });
  readonly sort = $derived.by(() => readSort(this.panel.link.layerSort));
  /** The brushed part of the network; null for all of it. */
  readonly range = $derived.by<TensorRange | null>(() => {
    const { layerRange } = this.panel.link;
    if (!layerRange || !this.network) return null;
    const { tensors, byName } = this.network;
    const [first, last] = layerRange.map((name) => tensors.indexOf(byName.get(name) ?? -1));
    return first !== undefined && last !== undefined && first >= 0 && last >= first
      ? [first, last]
      : null;
  });
  readonly kept = $derived.by(
    () => this.network && keptRows(this.network, this.filter, this.range),
  );
  readonly listed = $derived.by(() => {
    const { tree, network, kept, sort } = this;
    if (!tree || !network || !kept) return [];
    if (sort) return flatListing(kept, rowOrder(sort, tree, network));
    return treeListing(network, isExpanded(network, this.panel.link.expansion), kept);
  });

  get #subject(): LayersSubject | null {
    const { base, link } = this.panel;
    if (!base) return null;
    const { layerView: view, layerMeasure: measure } = link;
    return { base: base.key, models: this.models, view, measure };
  }

  /** Full name of the row whose details are open: of this view the nearest to the one asked for. */
  readonly opened = $derived.by(() => {
    const { layer } = this.panel.link;
    return layer === null || !this.network ? null : nearestRow(this.network, layer);
  });

  /** Where all about one row of what is shown is. */
  rowAddress(name: string): string | null {
    if (!this.tree) return null;
    const { base, models, view } = this.tree;
    return layerRowAddress({ base, models: models.slice(1).map(({ key }) => key), view }, name);
  }

  /** By what steps are judged: the metric of the map, if it has a goal. */
  readonly metric = $derived.by(() => {
    const { colourMetric, tradeoffs } = this.panel;
    return tradeoffs.specs.find(({ name, goal }) => name === colourMetric && goal) ?? null;
  });

  colourOf = (key: string): string => this.panel.marks.get(key)?.colour ?? "var(--ink-faint)";

  /** The compared models as pictures name them, the base first. */
  readonly legend = $derived.by(() => {
    const { tree, measure } = this;
    const keys = tree?.models.map(({ key }) => key) ?? [];
    const shared = shortIds(keys.map(this.nameOf));
    const short = keys.length > FEW ? fittingIds(shared, NARROW) : shared;
    return keys.map((key, at) => ({
      key,
      id: this.nameOf(key),
      short: short[at] ?? "",
      mark: this.panel.marks.get(key) ?? null,
      note: at > 0 ? "" : measure?.pairwise ? "reference" : "dashed",
    }));
  });

  /** The same in a saved picture. */
  readonly captions = $derived.by(() =>
    this.legend.map(({ id, mark, note }, at) => ({
      text: at === 0 ? `${id} (base${note === "dashed" ? ", dashed" : ""})` : id,
      colour: at === 0 ? "var(--ink)" : (mark?.colour ?? "var(--ink-faint)"),
      path: markPath(at === 0 ? "circle" : (mark?.shape ?? "circle"), 4.25),
    })),
  );

  /** Shows another measure; what is sorted by values begins with its worst. */
  measureBy(layerMeasure: string): void {
    const chosen = this.tree?.measures.find(({ id }) => id === layerMeasure);
    const { sort } = this;
    const again = sort?.by === "value" ? { ...sort, descending: chosen?.goal !== "max" } : sort;
    this.panel.set({ layerMeasure, layerSort: again && sortText(again) });
  }

  sortBy(sort: LayerSort | null): void {
    this.panel.set({ layerSort: sort && sortText(sort) });
  }

  toggle(row: number): void {
    const name = this.network?.rows.names[row];
    if (name !== undefined) this.expand(toggledModule(this.panel.link.expansion, name));
  }

  expand(expansion: Expansion): void {
    this.panel.set({ expansion });
  }

  brush(range: TensorRange | null): void {
    const { tensors, rows } = this.network ?? { tensors: [], rows: null };
    const nameAt = (at: number) => rows?.names[tensors[at] ?? -1] ?? "";
    this.panel.set({ layerRange: range && [nameAt(range[0]), nameAt(range[1])] });
  }

  /** Opens the details of a tensor, of `model`, and the modules around it in the tree. */
  reveal(row: number, model: string | null): void {
    if (!this.network) return;
    const layer = this.network.rows.names[row] ?? "";
    const expansion = revealing(this.network, this.panel.link.expansion, row);
    this.panel.set({ layer, expansion, ...(model !== null && { layerModel: model }) });
  }

  /** The same of a module; where the tree has none of that name, of the nearest. */
  revealModule(name: string, model: string): void {
    const near = this.network && nearestRow(this.network, name);
    const row = near === null ? undefined : this.network?.byName.get(near);
    if (row !== undefined) this.reveal(row, model);
  }

  /** Opens the details of a row, or closes them. */
  open(layer: string | null): void {
    this.panel.set({ layer });
  }
}
