import { loggedId } from "../labels/display_names";
import type { LayersLink } from "../link/layers";
import type { Place } from "../link/place";
import type { Model } from "../wire.gen";
import { isPrintable, pythonText, shellWord } from "./quoting";

/** What is compared. */
export interface ComparedModels {
  /** The log directory; null where it is not known. */
  readonly logdir: string | null;
  readonly base: Model | null;
  /** Those beside the base. */
  readonly models: readonly Model[];
  /** All that were logged: a model is named by its id where that is its own. */
  readonly all: readonly Model[];
}

/** What the page shows, as far as commands can say it. */
export interface ViewShown extends ComparedModels {
  readonly place: Place;
  readonly layerView: LayersLink["layerView"];
  /** Key of the data set, where one was chosen. */
  readonly dataset: string | null;
  /** Limits that were set on the page, as they are read: "accuracy >= base - 1 pt". */
  readonly limits: readonly string[];
  /** Whether budgets were logged with metrics, which are checked by themselves. */
  readonly budgeted: boolean;
}

const DIRECTORY = "DIR";

/** What writes this comparison into one file. */
export function reportCommand({ logdir, base, models, all }: ComparedModels): string {
  return command("report", logdir, [
    ...(base ? option("--base", nameOf(base, all)) : []),
    ...namesAfter(
      "--models",
      models.map((model) => nameOf(model, all)),
    ),
    "-o",
    "report.html",
  ]);
}

/**
 * What checks the selected models against budgets and for harm; null where none is selected, or
 * there is neither.
 */
export function checkCommand(shown: ViewShown): string | null {
  const { logdir, base, models, all, limits, budgeted, dataset } = shown;
  const harm = models.some(({ logged }) => logged.predictions.length > 0);
  if (models.length === 0 || !(harm || budgeted || limits.length)) return null;
  return command("check", logdir, [
    ...models.flatMap((model) => option("--model", nameOf(model, all))),
    ...(base ? option("--base", nameOf(base, all)) : []),
    ...limits.flatMap((limit) => option("--require", limit)),
    ...(harm ? ["--no-harm"] : []),
    ...(harm && dataset !== null ? option("--data", dataset) : []),
  ]);
}

/** What says something of a model that was logged: a note, to begin with. */
export function editCommand(logdir: string | null, model: Model, all: readonly Model[]): string {
  const name = nameOf(model, all);
  const note = ["--note", shellWord("what you think of it")];
  const place = placeOf(logdir);
  return [place, name].some((word) => word.startsWith("-"))
    ? ["tensorboard-cnc edit", ...note, "--", place, shellWord(name)].join(" ")
    : command("edit", logdir, [shellWord(name), ...note]);
}

/** The same numbers in Python. */
export function pythonLines(shown: ViewShown): string {
  const { logdir, base, models, all, place, layerView, dataset } = shown;
  const lines = ["import tensorboard_cnc", ""];
  lines.push(`runs = tensorboard_cnc.read(${pythonText(logdir ?? DIRECTORY)})`);
  if (!base || models.length === 0) return [...lines, "runs.models.to_table()"].join("\n");
  const names = models.map((model) => pythonText(nameOf(model, all))).join(", ");
  const data = dataset === null ? "" : `, data=${pythonText(dataset)}`;
  lines.push(`c = runs.compare(${pythonText(nameOf(base, all))}, [${names}]${data})`);
  if (place === "behaviors") lines.push("c.behaviors.summary, c.behaviors.harmed");
  else if (place === "layers") lines.push(`c.layers.rows(${pythonText(layerView)})`);
  else lines.push(models.length > 1 ? "c.differences" : "[m.metrics for m in (c.base, *c.models)]");
  return lines.join("\n");
}

/** What a command finds a model by: its id, else with its run, else its key. */
export function nameOf(model: Model, all: readonly Model[]): string {
  const { key, run } = model;
  const id = loggedId(model);
  const fits = (name: string): boolean => {
    if (!isPrintable(name) || all.some((other) => other.key === name && other.key !== key))
      return false;
    const called = all.filter((other) => loggedId(other) === name);
    const found = called.length
      ? called
      : all.filter((other) => other.run !== null && `${other.run}/${loggedId(other)}` === name);
    return found.length === 1 && found[0]?.key === key;
  };
  return (id === "" ? [] : [id, `${run ?? ""}/${id}`]).find(fits) ?? key;
}

function command(name: string, logdir: string | null, words: readonly string[]): string {
  return ["tensorboard-cnc", name, placeOf(logdir), ...words].join(" ");
}

function placeOf(logdir: string | null): string {
  return logdir !== null && isPrintable(logdir) ? shellWord(logdir) : DIRECTORY;
}

/** What begins with a dash would pass for an option where it stands alone. */
function option(name: string, value: string): string[] {
  return value.startsWith("-") ? [`${name}=${shellWord(value)}`] : [name, shellWord(value)];
}

function namesAfter(name: string, values: readonly string[]): string[] {
  const plain = values.filter((value) => !value.startsWith("-"));
  const dashed = values.filter((value) => value.startsWith("-"));
  return [
    ...(plain.length ? [name, ...plain.map(shellWord)] : []),
    ...dashed.flatMap((value) => option(name, value)),
  ];
}
