import type { Models } from "../wire.gen";

/**
 * The same answer, whose metrics and parameters hold nothing but what was logged: names come from
 * logs, and on an ordinary object "constructor" and "toString" are there without having been.
 */
export function withOnlyLoggedNames(answer: Models): Models {
  for (const { metrics, operation } of answer.models) {
    Object.setPrototypeOf(metrics, null);
    if (operation) Object.setPrototypeOf(operation.parameters, null);
  }
  return answer;
}
