/** The golden answers are asserted by the backend's tests: this is what it really sends. */
import { describe, expect, it } from "vitest";

import text from "../../../tests/golden/behaviors.json?raw";
import { readConditions } from "../../src/model/behaviors/conditions";
import { flowLayout } from "../../src/model/behaviors/flow_layout";
import { instanceRow } from "../../src/model/behaviors/rows";
import { sliceCsv } from "../../src/model/behaviors/slices";
import { predictionText } from "../../src/model/behaviors/words";
import { binsOf, endsOf } from "../../src/model/charts/histogram";
import { measureSpec } from "../../src/model/metrics/measure";
import type {
  AnswerFlows,
  BehaviorSummary,
  HarmedSlices,
  InstanceDetail,
  InstancePage,
  SliceTable,
} from "../../src/model/wire.gen";

interface Golden {
  summary: BehaviorSummary;
  instances: InstancePage;
  instance: InstanceDetail;
  slices: SliceTable;
  harmed: HarmedSlices;
  forgotten: InstancePage;
  flows: AnswerFlows;
}

const golden = JSON.parse(text) as Golden;

describe("answers of the behaviors route", () => {
  it("summary: every model has its bins, and brushing them gives their edges back", () => {
    const { edges, models, measures, measure } = golden.summary;
    const logged = models.filter((model) => model.logged);
    expect(logged.length).toBe(models.length - 1);
    for (const { histogram } of logged) expect(histogram?.counts.length).toBe(edges.length - 1);
    const range = { from: 0, to: 0 };
    const { low, high } = endsOf(range, edges);
    expect(binsOf(low, high, edges)).toEqual(range);
    const chosen = measures.find(({ id }) => id === measure);
    expect(chosen && measureSpec(chosen).goal).toBe("max");
  });

  it("instances: rows have an answer of each model, in the order of the summary", () => {
    const row = instanceRow(golden.instances, 0);
    const keys = golden.summary.models.map(({ key }) => key);
    expect(row?.predictions.map(({ key }) => key)).toEqual(keys);
    expect(row?.predictions.at(-1)?.predicted).toBeNull();
    expect(predictionText(row?.label ?? null)).not.toBe("");
    expect(row?.text).toMatch(/^digit \d+$/);
  });

  it("forgotten: rows have votes", () => {
    const votes = instanceRow(golden.forgotten, 0)?.votes;
    expect(votes?.votes).toBeGreaterThan(votes?.base ?? Infinity);
  });

  it("flows: what is listed and the rest make all changes", () => {
    for (const { reason, flows, rest, changed, key } of golden.flows.models) {
      const listed = flows.reduce((sum, { n }) => sum + n, 0);
      expect(listed + rest.n).toBe(changed);
      expect(reason === null).toBe(golden.summary.models.find((m) => m.key === key)?.logged);
    }
    const drawn = golden.flows.models.map((model) => flowLayout(model).ribbons.length);
    expect(Math.max(...drawn)).toBe(2);
  });

  it("slices: one line of a file for each, under one head", () => {
    const lines = sliceCsv(golden.slices, (key) => key);
    expect(lines.length).toBe(1 + golden.slices.n);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it("harmed: each slice leads to conditions that a link can hold", () => {
    for (const { by, level, model } of golden.harmed.slices) {
      const conditions = [
        { kind: "slice", by, level },
        { kind: "flip", model, flip: "negative" },
      ];
      expect(readConditions(JSON.stringify(conditions))).toEqual(conditions);
      expect(golden.summary.dimensions.some(({ id }) => id === by)).toBe(true);
    }
  });

  it("instance: the step that broke it is one of its lineage", () => {
    const broken = golden.instance.lineages.filter(({ broke }) => broke !== null);
    expect(broken.length).toBeGreaterThan(0);
    for (const { steps, broke } of broken) {
      expect(steps[broke ?? -1]?.correct).toBe(false);
    }
  });
});
