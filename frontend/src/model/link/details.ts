import type { LinkFacet } from "./facet";

/** What of the differences of the selected models is shown. */
export interface DetailsLink {
  /** Ids of the chosen variables; null for what explains most, "" for no colour. */
  variableX: string | null;
  variableColour: string | null;
  /** By variable id, the texts of the levels that are kept. */
  levels: Readonly<Record<string, readonly string[]>>;
  /** Whether charts show changes against the base. */
  asChange: boolean;
  /** The metric of matched pairs and heat map; null for the first. */
  effectOn: string | null;
}

export const detailsLink: LinkFacet<DetailsLink> = {
  defaults: { variableX: null, variableColour: null, levels: {}, asChange: false, effectOn: null },
  write: (state) => ({
    vx: state.variableX ?? undefined,
    vc: state.variableColour ?? undefined,
    vl: Object.keys(state.levels).length ? JSON.stringify(Object.entries(state.levels)) : undefined,
    vd: state.asChange ? "1" : undefined,
    ve: state.effectOn ?? undefined,
  }),
  read: ({ vx, vc, vl, vd, ve }) => ({
    variableX: vx ?? null,
    variableColour: vc ?? null,
    levels: readLevels(vl),
    asChange: vd === "1",
    effectOn: ve ?? null,
  }),
};

function readLevels(text = "[]"): Record<string, string[]> {
  try {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read)) return {};
    return Object.fromEntries(
      (read as unknown[]).flatMap((entry): [string, string[]][] => {
        if (!Array.isArray(entry)) return [];
        const [id, texts] = entry as unknown[];
        if (typeof id !== "string" || !Array.isArray(texts)) return [];
        return [[id, texts.filter((item) => typeof item === "string")]];
      }),
    );
  } catch {
    return {};
  }
}
