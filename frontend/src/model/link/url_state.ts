import { behaviorsLink, type BehaviorsLink } from "./behaviors";
import { cardLink, type CardLink } from "./card";
import { detailsLink, type DetailsLink } from "./details";
import type { LinkFacet, LinkValues } from "./facet";
import { filtersLink, type FiltersLink } from "./filters";
import { layersLink, type LayersLink } from "./layers";
import { mapLink, type MapLink } from "./map";
import { overviewLink, type OverviewLink } from "./overview";
import { panesLink, type PanesLink } from "./panes";
import { placeLink, type PlaceLink } from "./place";
import { selectedLink, type SelectedLink } from "./selected";
import { tableLink, type TableLink } from "./table";
import { tradeoffsLink, type TradeoffsLink } from "./tradeoffs";

/** What a link keeps. */
export type LinkState = PlaceLink &
  SelectedLink &
  MapLink &
  TradeoffsLink &
  FiltersLink &
  DetailsLink &
  TableLink &
  OverviewLink &
  PanesLink &
  BehaviorsLink &
  LayersLink &
  CardLink;

/** Each writes keys of its own. */
const FACETS: readonly LinkFacet<Partial<LinkState>>[] = [
  placeLink,
  selectedLink,
  mapLink,
  tradeoffsLink,
  filtersLink,
  detailsLink,
  tableLink,
  overviewLink,
  panesLink,
  behaviorsLink,
  layersLink,
  cardLink,
] as readonly LinkFacet<unknown>[] as readonly LinkFacet<Partial<LinkState>>[];

export const DEFAULT_LINK_STATE = joined(({ defaults }) => defaults);

/** `state` as short keys and values; what is at its default is left out. */
export function toLink(state: LinkState): LinkValues {
  const written = FACETS.flatMap(({ write }) => Object.entries(write(state)));
  return Object.fromEntries(written.filter((entry): entry is [string, string] => entry[1] != null));
}

/** The state of a link; what it leaves out or spells wrongly is at its default. */
export function fromLink(values: Readonly<LinkValues>): LinkState {
  return joined(({ read }) => read(values));
}

/** The same for two states between which the browser's back button does not stop. */
export function stepOf(state: LinkState): string {
  return JSON.stringify(FACETS.map(({ step }) => step?.(state)));
}

function joined(part: (facet: LinkFacet<Partial<LinkState>>) => Partial<LinkState>): LinkState {
  return Object.assign({}, ...FACETS.map(part)) as LinkState;
}
