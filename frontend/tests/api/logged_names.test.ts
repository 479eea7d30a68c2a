/** Metrics and parameters may have any name, also those that every JavaScript object knows. */
import { describe, expect, test, vi } from "vitest";

import { fetchModels } from "../../src/api/client";
import { bestModels } from "../../src/model/tradeoffs/best_models";
import { buildLineage } from "../../src/model/lineage/lineage";
import { describeModel } from "../../src/model/map/describe";
import { spokenModel } from "../../src/model/map/spoken";
import { labelTexts } from "../../src/model/map/labels";
import { layoutMap } from "../../src/model/map/layout";
import { colourScale } from "../../src/model/map/scales";
import { metricRows } from "../../src/model/table/metric_rows";
import { recipeOf, recipeText } from "../../src/model/lineage/recipe";
import { tableColumns } from "../../src/model/table/columns";
import { tableCsv } from "../../src/model/table/csv";
import { sortedModels } from "../../src/model/table/sort";
import type { Models } from "../../src/model/wire.gen";
import { child, metric, model, spec, valuesOf } from "../builders";
import { ONE_PAIR } from "../../src/model/metrics/known";

const NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];

/** Only `first` has them; written as text, for in a literal `__proto__` is no name. */
const FIRST = `{${NAMES.map((name, i) => `"${name}": ${JSON.stringify(metric(i + 1))}`).join()}}`;
const PARAMETERS = `{${NAMES.map((name, i) => `"${name}": ${i + 1}`).join()}}`;

async function received(): Promise<Models> {
  const answer = {
    models: [
      model("dense"),
      child("first", "dense", "tune"),
      child("second", "dense", "tune"),
      child("third", "first", "prune"),
    ],
    metrics: NAMES.map((name) => spec(name, { goal: "max" })),
    operations: [],
    datasets: [],
    problems: [],
    suggestions: [],
  };
  const body = JSON.stringify(answer).replace(
    /("id":"first".*?"parameters":)\{\}(.*?"metrics":)\{\}/,
    `$1${PARAMETERS}$2${FIRST}`,
  );
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body)));
  const tagged = await fetchModels(null);
  vi.unstubAllGlobals();
  return tagged!.data;
}

describe("names that every object knows", async () => {
  const answer = await received();
  const { models, metrics } = answer;
  const [dense, first, second] = models;
  const lineage = buildLineage(models);

  test("are metrics where they were logged, and only there", () => {
    const rows = metricRows(first!, dense!, second!, metrics);
    expect(rows.rows.map(({ metric }) => metric?.value)).toEqual([1, 2, 3, 4, 5]);
    expect(rows.rows.every((row) => row.parentChange === null && row.baseChange === null)).toBe(
      true,
    );
    expect(metricRows(second!, dense!, first!, metrics)).toMatchObject({
      rows: [],
      missing: NAMES,
    });
    expect(bestModels(models, metrics).map((best) => best.model.id)).toEqual(
      Array(5).fill("first"),
    );
  });

  test.each(NAMES)("sort, colour and describe by %s", (name) => {
    const columns = tableColumns(answer);
    for (const column of [`m.${name}`, `p.${name}`]) {
      const sorted = sortedModels(models, columns, [{ column, descending: true }]);
      expect(sorted[0]?.id).toBe("first");
      expect(sorted).toHaveLength(models.length);
    }
    const one = metrics.find((metric) => metric.name === name)!;
    expect(colourScale(models, one)?.low).toBe(NAMES.indexOf(name) + 1);
    expect(describeModel(second!, lineage, [one], new Set(), ONE_PAIR).metrics[0]?.value).toBe(
      "not logged",
    );
    expect(spokenModel(first!, lineage, one, new Set())).toContain(`${name} `);
  });

  test("are in the table, the labels and the recipe", () => {
    const [head, ...lines] = tableCsv(models, tableColumns(answer), valuesOf(answer))
      .trim()
      .split(/\r?\n/);
    expect(head).toContain("__proto__");
    expect(lines[1]).toContain("1,2,3,4,5,1,2,3,4,5");
    expect(lines[2]).toMatch(/tune,{10}$/);
    const labels = labelTexts(layoutMap(models, "operation"));
    expect(labels.get("first")?.[0]).toMatch(/^constructor 1, __proto__ 2/);
    expect(labels.get("second")).toEqual([]);
    expect(recipeText(recipeOf(lineage, "third"))).toContain("__proto__ 2");
  });
});
