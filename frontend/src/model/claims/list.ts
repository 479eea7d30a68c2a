import { CHANGE_CLAIMS } from "./changes";
import type { Claim } from "./claim";
import { CONTRAST_CLAIMS, CONTRAST_HINTS } from "./contrasts";
import { DECISION_CLAIMS, FURTHER_CLAIMS } from "./decision";
import { DECISION_HARM_CLAIMS } from "./decision_harm";
import { CAUTION_CLAIMS, FRONT_CLAIMS, STANDING_CLAIMS } from "./front";
import { LAYER_CLAIMS } from "./layers";
import { HARM_CLAIMS, UNSEEN_CLAIMS } from "./harm";
import { NAMED_CLAIMS, SLICE_CLAIMS } from "./harmed_slices";
import { APART_CLAIMS, BUDGET_CLAIMS, OPEN_CLAIMS, PAIR_CLAIMS } from "./pairs";
import { SENSITIVITY_CLAIMS } from "./sensitivity";
import { STEP_CLAIMS, UNCHANGED_CLAIMS } from "./steps";
import { SUM_CLAIMS, WATERFALL_CLAIMS } from "./waterfall";
import { CALIBRATION_CLAIMS, DIVERGENCE_CLAIMS, MEAN_CLAIMS } from "./means";

/** Every sentence of the page that claims something, by where it is said. */
export const CLAIMS: readonly Omit<Claim<never>, "may" | "words">[] = [
  ...HARM_CLAIMS,
  ...UNSEEN_CLAIMS,
  ...SLICE_CLAIMS,
  ...NAMED_CLAIMS,
  ...MEAN_CLAIMS,
  ...CALIBRATION_CLAIMS,
  ...DIVERGENCE_CLAIMS,
  ...DECISION_CLAIMS,
  ...FURTHER_CLAIMS,
  ...DECISION_HARM_CLAIMS,
  ...STANDING_CLAIMS,
  ...CAUTION_CLAIMS,
  ...FRONT_CLAIMS,
  ...PAIR_CLAIMS,
  ...OPEN_CLAIMS,
  ...APART_CLAIMS,
  ...BUDGET_CLAIMS,
  ...CHANGE_CLAIMS,
  ...CONTRAST_CLAIMS,
  ...CONTRAST_HINTS,
  ...LAYER_CLAIMS,
  ...SENSITIVITY_CLAIMS,
  ...STEP_CLAIMS,
  ...UNCHANGED_CLAIMS,
  ...WATERFALL_CLAIMS,
  ...SUM_CLAIMS,
];
