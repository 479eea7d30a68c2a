import type { LinkFacet } from "./facet";

export const PLACES = ["overview", "behaviors", "layers"] as const;
export type Place = (typeof PLACES)[number];

export interface PlaceLink {
  place: Place;
}

export const placeLink: LinkFacet<PlaceLink> = {
  defaults: { place: "overview" },
  write: ({ place }) => ({ at: place === "overview" ? undefined : place }),
  read: ({ at }) => ({ place: PLACES.find((place) => place === at) ?? "overview" }),
  step: ({ place }) => place,
};
