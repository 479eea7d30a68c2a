/** The front that Python finds as well: tests/analysis/test_pareto.py holds the same corpus. */
import { expect, test } from "vitest";

import { automaticColour, costMetric } from "../../src/model/metrics/metric_choice";
import { paretoFront } from "../../src/model/tradeoffs/pareto";
import { scatterPoints } from "../../src/model/tradeoffs/scatter";
import type { MetricSpec } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";
import corpus from "../../../tests/golden/front.json?raw";

interface Case {
  specs: (Partial<MetricSpec> & { name: string })[];
  models: Record<string, Record<string, number>>;
  x: string | null;
  y: string;
  front: string[];
}

const cases = JSON.parse(corpus) as Case[];

test.each(cases)("$y against $x: $front", (expected) => {
  const specs = expected.specs.map(({ name, ...rest }) => spec(name, rest));
  const models = Object.entries(expected.models).map(([key, values]) =>
    model(key, {
      key,
      metrics: Object.fromEntries(Object.entries(values).map(([name, of]) => [name, metric(of)])),
    }),
  );
  const y = specs.find(({ name }) => name === automaticColour(specs));
  const others = specs.filter((each) => each !== y);
  const x = specs.find(({ name }) => name === costMetric(others, models));
  expect([x?.name ?? null, y?.name]).toEqual([expected.x, expected.y]);
  if (!x?.goal || !y?.goal) return;
  const points = scatterPoints(models, x, y, new Map());
  expect(paretoFront(points, x.goal, y.goal).map(({ key }) => key)).toEqual(expected.front);
});
