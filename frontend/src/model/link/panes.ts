import type { LinkFacet } from "./facet";

/** Sizes of panes, in pixels; of those of Overview 0 stands for a share of the room there is. */
export interface PanesLink {
  detailsWidth: number;
  tableHeight: number;
  tradeoffsHeight: number;
  /** Of an instance's details. */
  instanceWidth: number;
  /** Of a model's summary in Behaviors. */
  modelPaneWidth: number;
  /** What is above the rows of layers, and the details of one, beside or below them. */
  layerChartsHeight: number;
  layerWidth: number;
  layerHeight: number;
}

/** What a link may ask for, in pixels; the page narrows it further to what fits. */
const SIZES = { least: 80, most: 4000 };

const KEYS: Record<keyof PanesLink, string> = {
  detailsWidth: "dw",
  tableHeight: "th",
  tradeoffsHeight: "xh",
  instanceWidth: "iw",
  modelPaneWidth: "mw",
  layerChartsHeight: "lh",
  layerWidth: "lw",
  layerHeight: "lb",
};
const PANES = Object.keys(KEYS) as (keyof PanesLink)[];

export const panesLink: LinkFacet<PanesLink> = {
  defaults: {
    detailsWidth: 0,
    tableHeight: 0,
    tradeoffsHeight: 0,
    instanceWidth: 380,
    modelPaneWidth: 300,
    layerChartsHeight: 192,
    layerWidth: 480,
    layerHeight: 320,
  },
  write(state) {
    const values: Record<string, string> = {};
    for (const pane of PANES) {
      if (state[pane] !== panesLink.defaults[pane]) values[KEYS[pane]] = String(state[pane]);
    }
    return values;
  },
  read(values) {
    const state = { ...panesLink.defaults };
    for (const pane of PANES) {
      const size = Number(values[KEYS[pane]] ?? NaN);
      if (size >= SIZES.least && size <= SIZES.most) state[pane] = Math.round(size);
    }
    return state;
  },
};
