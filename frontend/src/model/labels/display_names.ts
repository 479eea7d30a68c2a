import type { Model } from "../wire.gen";

/** What models were logged as that are shown under another name. */
const LOGGED_IDS = new WeakMap<Model, string>();

/** The models, each with the name that it is shown under as its `id`. */
export function underShownNames(models: readonly Model[]): readonly Model[] {
  if (!models.some(({ renamed }) => renamed)) return models;
  return models.map((model) => {
    if (!model.renamed) return model;
    const shown = { ...model, id: model.renamed };
    LOGGED_IDS.set(shown, model.id);
    return shown;
  });
}

/** The id that the model was logged under. */
export function loggedId(model: Model): string {
  return LOGGED_IDS.get(model) ?? model.id;
}

/** "half of the weights", and in a line below it "logged as prune-50" where that is another. */
export function fullName(model: Model): string {
  const id = loggedId(model);
  return id === model.id ? id : `${model.id}\nlogged as ${id}`;
}
