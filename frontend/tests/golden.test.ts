/**
 * The golden answer is asserted by the backend's tests, so what this file reads from it is what
 * the backend really sends.
 */
import { describe, expect, test } from "vitest";

import { buildLineage } from "../src/model/lineage/lineage";
import { layoutMap } from "../src/model/map/layout";
import { exactMetric, fullMetric, NOT_LOGGED } from "../src/model/format/metric_format";
import { tableColumns } from "../src/model/table/columns";
import { tableCsv } from "../src/model/table/csv";
import type { MetricSpec, Model, Models } from "../src/model/wire.gen";
import { valuesOf } from "./builders";
import text from "../../tests/golden/models.json?raw";

const golden = JSON.parse(text) as Models;

function found(id: string, run: string | null): Model {
  const model = golden.models.find((one) => one.id === id && one.run === run);
  if (!model) throw new Error(`the golden answer lacks ${id}`);
  return model;
}

function specOf(name: string): MetricSpec {
  const spec = golden.metrics.find((one) => one.name === name);
  if (!spec) throw new Error(`the golden answer lacks ${name}`);
  return spec;
}

describe("the answer of the backend", () => {
  test("is a graph with main and further parents, ghosts among them", () => {
    const { nodes, roots, preorder } = buildLineage(golden.models);
    expect(preorder).toHaveLength(golden.models.length);
    const student = nodes.get(found("student", "student").key);
    expect(student?.parent?.model.id).toBe("student-init");
    expect(student?.furtherParents.map(({ model }) => model.id)).toEqual(["dense"]);
    expect(roots.map(({ model }) => model.id)).toContain("lost");
    expect(nodes.get(found("orphan", "orphan").key)?.parent?.model.status).toBe("missing");
  });

  test("is laid out with every model once, in columns from left to right", () => {
    for (const mode of ["operation", "step"] as const) {
      const layout = layoutMap(golden.models, mode);
      expect([...layout.byKey.keys()].sort()).toEqual(golden.models.map(({ key }) => key).sort());
      for (const node of layout.byKey.values()) {
        const parent = node.parent && layout.byKey.get(node.parent);
        if (parent) expect(parent.column).toBeLessThan(node.column);
      }
    }
  });

  test("tells a value that is not finite from one that was not logged", () => {
    const failed = found("clip <b>", "failed");
    expect(fullMetric(failed.metrics["val_loss"], specOf("val_loss"))).toContain("NaN");
    expect(fullMetric(failed.metrics["gain"], specOf("gain"))).toContain("∞");
    expect(fullMetric(failed.metrics["accuracy"], specOf("accuracy"))).toBe(NOT_LOGGED);
  });

  test("gives exact numbers, repeats and formats", () => {
    const dense = found("dense", "dense");
    expect(fullMetric(dense.metrics["accuracy"], specOf("accuracy"))).toBe("95.1\u202f%");
    expect(exactMetric(dense.metrics["accuracy"], specOf("accuracy"))).toBe("95.1\u202f%");
    expect(dense.metrics["latency_ms"]?.repeats).toEqual([8.1, 8.3, 8]);
  });

  test("becomes a table with a line per model", () => {
    const csv = tableCsv(golden.models, tableColumns(golden), valuesOf(golden));
    expect(csv.trimEnd().split("\r\n")).toHaveLength(golden.models.length + 1);
    expect(csv).toContain("0.951");
    expect(csv).toContain("student-init");
  });
});
