import { mostHarmed, pairWords, worstPair } from "./behaviors_harm";
import { chanceText, differenceText, meanText, shareText, verdictOf } from "./behaviors_words";
import type { Verdict } from "./change";
import { counted } from "./counted";
import type {
  BehaviorMeasure,
  BehaviorSummary,
  HarmedSlice,
  HarmedSlices,
  ModelBehavior,
} from "./wire.gen";

/** What a model's answers on a data set say at a glance, against a base. */
export interface BehaviorGlance {
  /** The data set: name and key. */
  readonly dataset: string;
  readonly datasetKey: string;
  /** How many instances both answered. */
  readonly n: number;
  /** "95.9 % → 91.6 % correct"; "" where nothing has a mean. */
  readonly means: string;
  /** "−4.3 pt, p < .001"; "" without a change. */
  readonly change: string;
  /** Whether the change is beyond noise; null where nothing was tested. */
  readonly sure: boolean | null;
  /** Where it broke most beyond its share; null where nowhere by more than noise. */
  readonly slice: HarmedSlice | null;
  /** "Harmed most: …", "Harmed evenly: …" or "No change beyond noise". */
  readonly verdict: string;
}

/** More than noise at 5 %. */
const SURE = 0.05;

/** Null where the model or the base has no predictions on the data set of `summary`. */
export function behaviorGlance(
  summary: BehaviorSummary,
  harmed: HarmedSlices | null,
  model: string,
): BehaviorGlance | null {
  const base = summary.models.find(({ key }) => key === summary.base);
  const own = summary.models.find(({ key }) => key === model);
  const dataset = summary.datasets.find(({ key }) => key === summary.dataset);
  if (!dataset || !base?.logged || !own?.logged) return null;
  const p = own.change?.p ?? null;
  const sure = p === null ? null : p < SURE;
  const slice = harmed && mostHarmed(harmed, model);
  const measure = summary.measures.find(({ id }) => id === summary.measure);
  const verdict = measure ? verdictOf(own.change?.value ?? null, measure) : null;
  return {
    dataset: dataset.name,
    datasetKey: dataset.key,
    n: own.change?.n ?? own.n_shared,
    ...numbersOf(measure, base, own),
    sure,
    slice,
    verdict: wordsOf(verdict, sure, slice, harmed),
  };
}

function numbersOf(
  measure: BehaviorMeasure | undefined,
  base: ModelBehavior,
  own: ModelBehavior,
): Pick<BehaviorGlance, "means" | "change"> {
  if (!measure || own.value?.value == null) return { means: "", change: "" };
  const ends = [base, own].flatMap(({ value }) => value?.value ?? []);
  const means = ends.map((value) => meanText(value, measure)).join(" → ");
  const { value = null, p = null } = own.change ?? {};
  const parts = value === null ? [] : [differenceText(value, measure), chanceText(p, "p")];
  return { means: `${means} ${measure.label}`, change: parts.filter(Boolean).join(", ") };
}

function wordsOf(
  verdict: Verdict | null,
  sure: boolean | null,
  slice: HarmedSlice | null,
  harmed: HarmedSlices | null,
): string {
  if (slice) {
    const pair = harmed && worstPair(harmed, slice.model);
    const worst = pair ? `; ${pairWords(pair)} ×${pair.lift.toFixed(1)}` : "";
    return `Harmed most: ${slice.name}: ${slice.text}, ${sliceWords(slice)}${worst}`;
  }
  if (sure === false) return "No change beyond noise";
  if (!sure || verdict === null) return "";
  if (verdict === "better") return "Better beyond noise";
  return harmed?.tests
    ? `Harmed evenly: none of ${counted(harmed.tests, "slice")} more than the rest`
    : "Harmed beyond noise";
}

/** "11 % broke, ×2.0 the average, q < .001". */
function sliceWords({ flips, n, lift, q }: HarmedSlice): string {
  return `${shareText(flips / n)} broke, ×${lift.toFixed(1)} the average, ${chanceText(q, "q")}`;
}
