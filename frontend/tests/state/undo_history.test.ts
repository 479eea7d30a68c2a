import { expect, test } from "vitest";

import { DEFAULT_LINK_STATE } from "../../src/model/link/url_state";
import { UndoHistory } from "../../src/state/linked_models.svelte";

const budget = (value: number) => ({
  budgets: [{ metric: "size", bound: "at_most", relation: "absolute", value } as const],
});

test("all moves of one drag are one step, and the next drag is another", () => {
  const history = new UndoHistory();
  const link = DEFAULT_LINK_STATE;
  history.remember(link, budget(1), "drag 1");
  history.remember({ ...link, ...budget(1) }, budget(2), "drag 1");
  history.remember({ ...link, ...budget(2) }, budget(3), "drag 2");
  expect(history.takeBack()).toEqual(budget(2));
  expect(history.takeBack()).toEqual({ budgets: null });
  expect(history.takeBack()).toBeNull();
});

test("a drag after another choice, or after an undo, is a step of its own", () => {
  const history = new UndoHistory();
  const link = DEFAULT_LINK_STATE;
  history.remember(link, budget(1), "drag 1");
  history.remember(link, { filters: [] });
  history.remember(link, budget(2), "drag 1");
  history.takeBack();
  history.remember(link, budget(3), "drag 1");
  const steps = [1, 2, 3].map(() => Object.keys(history.takeBack() ?? {}));
  expect(steps).toEqual([["budgets"], ["filters"], ["budgets"]]);
});
