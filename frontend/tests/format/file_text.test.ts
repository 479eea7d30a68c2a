import { expect, test } from "vitest";

import { fileName, toCsv } from "../../src/model/format/file_text";
import { tableColumns } from "../../src/model/table/columns";
import { tableCsv } from "../../src/model/table/csv";
import { child, metric, model, spec, valuesOf } from "../builders";

test("cells are quoted where RFC 4180 asks for it", () => {
  expect(toCsv([["plain", 'say "hi"', "a,b", "two\nlines", "cr\rhere"]])).toBe(
    'plain,"say ""hi""","a,b","two\nlines","cr\rhere"\r\n',
  );
});

test("numbers keep all digits, nothing stays empty", () => {
  expect(toCsv([[0.1 + 0.2, -1e-7, NaN, -Infinity, null, ""]])).toBe(
    "0.30000000000000004,-1e-7,NaN,-Infinity,,\r\n",
  );
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", " =1", "\0=1", "\ufeff@x", "\uff1d1", "\uff201"])(
  "the text %j is no formula",
  (text) => {
    expect(toCsv([[text]])).toBe(`'${text}\r\n`);
  },
);

test("what lines begin with is no formula either", () => {
  expect(toCsv([["\n=1"]])).toBe(`"'\n=1"\r\n`);
  expect(toCsv([["a =1", "1 - 2"]])).toBe("a =1,1 - 2\r\n");
});

test("a formula that needs quotes is defused inside them", () => {
  expect(toCsv([['=HYPERLINK("x","y")']])).toBe(`"'=HYPERLINK(""x"",""y"")"\r\n`);
});

test.each([
  ["differences-size_bytes", "differences-size_bytes"],
  ["differences-../../etc/passwd", "differences-etc-passwd"],
  ["\u202egnp.<b>\0\ud800", "gnp-b"],
  ["Genauigkeit für 猫", "Genauigkeit-für-猫"],
  ["?".repeat(9), "file"],
  ["w".repeat(500), "w".repeat(60)],
])("the file of %j is %j", (name, file) => expect(fileName(name)).toBe(file));

test("the table holds what is shown, with raw values", () => {
  const metrics = [spec("accuracy", { format: ".1%" }), spec("latency", { unit: "ms" })];
  const models = [
    model("dense", { metrics: { accuracy: metric(0.95123), latency: metric(8.1) } }),
    {
      ...child("=evil", "dense", "prune", { amount: 0.5, layers: ["a", "b"], bias: false }),
      status: "failed" as const,
      metrics: { accuracy: metric(null, { nonfinite: "-Infinity" }) },
    },
  ];
  expect(
    tableCsv(models, tableColumns({ models, metrics }), valuesOf({ models, metrics })).split(
      "\r\n",
    ),
  ).toEqual([
    "model,run,status,operation,accuracy,latency (ms),amount,layers,bias",
    "dense,dense,finished,,0.95123,8.1,,,",
    "'=evil,'=evil,failed,prune,-Infinity,,0.5,\"a, b\",no",
    "",
  ]);
});
