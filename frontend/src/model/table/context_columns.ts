import { standingText, type Caution, type Standing } from "../claims/front";
import { recipeOf, recipeText } from "../lineage/recipe";
import { parentsOf, type Lineage } from "../lineage/lineage";
import type { Model } from "../wire.gen";
import { fittingWidth } from "./column_width";
import type { TableColumn } from "./column";

/** What a model is among the others. */
export interface ColumnContext {
  readonly lineage: Lineage;
  readonly standing: (key: string) => Standing;
  readonly caution: (key: string) => Caution | null;
  /** Keys of the models within all budgets; null while there are none. */
  readonly within: ReadonlySet<string> | null;
}

/** Front, budgets, parents and recipe. */
export function contextColumns(models: readonly Model[], context: ColumnContext): TableColumn[] {
  return [
    frontColumn(context),
    ...(context.within ? [budgetsColumn(context.within)] : []),
    parentsColumn(models, context.lineage),
    recipeColumn(models, context.lineage),
  ];
}

/** A column of words about a model, by themselves in a file too. */
function wordsColumn(
  given: Pick<TableColumn, "kind" | "id" | "name" | "width"> & {
    textOf: (model: Model) => string;
    tipOf?: (model: Model) => string;
    sortOf?: (model: Model) => string | number | null;
  },
): TableColumn {
  const { textOf, tipOf = textOf, sortOf, ...column } = given;
  return {
    ...column,
    numeric: false,
    spec: null,
    text: textOf,
    tip: tipOf,
    sortValue: sortOf ?? ((model) => textOf(model) || null),
    csvHeads: () => [column.name],
    csv: (model) => [textOf(model)],
  };
}

const RANKS = { front: 0, tied: 1, unknown: 2 } as const;
const NAMES = { front: "front", tied: "tied", unknown: "noise unknown" } as const;

function frontColumn({ standing, caution }: ColumnContext): TableColumn {
  const textOf = ({ key }: Model) => {
    const of = standing(key);
    const words = of ? NAMES[of] : "";
    return caution(key) ? [words, "⚠"].filter(Boolean).join(" ") : words;
  };
  return wordsColumn({
    kind: "standing",
    id: "front",
    name: "front",
    width: 132,
    textOf,
    tipOf: ({ key }) => standingText(standing(key), caution(key)),
    sortOf: ({ key }) => {
      const of = standing(key);
      return of ? RANKS[of] : null;
    },
  });
}

function budgetsColumn(within: ReadonlySet<string>): TableColumn {
  return wordsColumn({
    kind: "standing",
    id: "budgets",
    name: "within budgets",
    width: 124,
    textOf: ({ key }) => (within.has(key) ? "yes" : "no"),
    sortOf: ({ key }) => (within.has(key) ? 0 : 1),
  });
}

/** As many are looked at for the width of a column. */
const LOOKED_AT = 200;

function parentsColumn(models: readonly Model[], lineage: Lineage): TableColumn {
  const textOf = ({ key }: Model) =>
    parentsOf(lineage, key)
      .map((parent) => lineage.nodes.get(parent)?.model.id ?? parent)
      .join(", ");
  const width = fittingWidth(["parents", ...models.slice(0, LOOKED_AT).map(textOf)]);
  return wordsColumn({ kind: "lineage", id: "parents", name: "parents", width, textOf });
}

const RECIPE_WIDTHS = { least: 160, most: 360 };

function recipeColumn(models: readonly Model[], lineage: Lineage): TableColumn {
  const textOf = ({ key }: Model) => recipeText(recipeOf(lineage, key));
  const looked = models.slice(0, LOOKED_AT).map(textOf);
  const width = fittingWidth(looked, RECIPE_WIDTHS);
  return wordsColumn({ kind: "lineage", id: "recipe", name: "recipe", width, textOf });
}
