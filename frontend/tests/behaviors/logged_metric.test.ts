import { describe, expect, test } from "vitest";

import { measuredElsewhere, metricOf } from "../../src/model/behaviors/logged_metric";
import type { Estimate } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";
import { CORRECT, measure } from "./builders";

const F1 = measure({ id: "score/F1", label: "F1" });
const ACCURACY = spec("accuracy", { format: ".1%" });

describe("the metric of the same kind as a measure", () => {
  test.each(["accuracy", "val/acc", "test_accuracy", "Top-1", "eval/exact_match"])(
    "%s is that of correct",
    (name) => {
      expect(metricOf(CORRECT, [spec("loss"), spec(name)])?.name).toBe(name);
    },
  );

  test("has the name of the measure, and no other", () => {
    expect(metricOf(F1, [ACCURACY, spec("eval/f1")])?.name).toBe("eval/f1");
    expect(metricOf(F1, [ACCURACY, spec("f1_macro")])).toBeNull();
    expect(metricOf(CORRECT, [spec("train_time")])).toBeNull();
  });
});

describe("a metric that was measured on something else", () => {
  const mean: Estimate = { n: 3188, value: 0.916, low: 0.906, high: 0.925 };
  const logged = (value: number) =>
    model("one-shot-80-bn", { metrics: { accuracy: metric(value) } });

  test("lies outside the interval of the mean", () => {
    const words = measuredElsewhere(logged(0.986), ACCURACY, mean, CORRECT)?.replace(
      /\u202f/g,
      " ",
    );
    expect(words).toBe("one-shot-80-bn: accuracy 98.6 % as logged, 91.6 % here");
    expect(measuredElsewhere(logged(0.92), ACCURACY, mean, CORRECT)).toBeNull();
  });

  test("is compared in its own unit", () => {
    const percent = spec("accuracy", { unit: "%" });
    expect(measuredElsewhere(logged(91.6), percent, mean, CORRECT)).toBeNull();
    expect(measuredElsewhere(logged(98.6), percent, mean, CORRECT)).not.toBeNull();
  });

  test("is not told without an interval, or without the metric", () => {
    const sole = { ...mean, low: null, high: null };
    expect(measuredElsewhere(logged(0.5), ACCURACY, sole, CORRECT)).toBeNull();
    expect(measuredElsewhere(logged(0.5), ACCURACY, null, CORRECT)).toBeNull();
    expect(measuredElsewhere(model("m"), ACCURACY, mean, CORRECT)).toBeNull();
  });
});
