/// <reference types="vite/client" />
import { parse } from "svelte/compiler";
import ts from "typescript";
import { expect, test } from "vitest";

/** What only the listed modules may say. */
const WORDS =
  /\b(harmed|harms|better|worse|tied|beaten|stands? out|cannot tell|no slice|evenly|within noise|more than noise|no harm)\b/i;
/** Which say it, those that say which way of a metric is better, and those that explain the words. */
const LISTED = /\/claims\/|\/metrics\/measurement\.ts$|\/labels\/words\.ts$/;
/** Names of verdicts, standings, sorts and rows in code, which are nobody's words. */
const NAMES = new Set(
  "better|worse|tied|harmed|cannot tell|harmed slices|beaten|within spread|noise unknown|c.behaviors.summary, c.behaviors.harmed".split(
    "|",
  ),
);

const SOURCES: Record<string, string> = import.meta.glob("../../src/**/*.{ts,svelte}", {
  query: "?raw",
  import: "default",
  eager: true,
});

type Node = Record<string, unknown> & { type: string };

/** All texts that a module may show: of a component its strings and what stands between its tags. */
function textsOf(name: string, source: string): string[] {
  return name.endsWith(".svelte") ? shown(parse(source, { modern: true })) : strings(name, source);
}

function strings(name: string, source: string): string[] {
  const found: string[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) found.push(node.text);
    if (ts.isTemplateMiddleOrTemplateTail(node)) found.push(node.text);
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile(name, source, ts.ScriptTarget.Latest));
  return found;
}

function shown(root: unknown): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== "object" || value === null) return;
    const node = value as Node;
    if (node.type === "Attribute" && node["name"] === "class") return;
    if (/^(StyleSheet|ImportDeclaration|TSLiteralType|Comment)$/.test(node.type)) return;
    if (node.type === "Literal" && typeof node["value"] === "string") found.push(node["value"]);
    if (node.type === "Text") found.push(String(node["data"]));
    if (node.type === "TemplateElement") {
      found.push((node["value"] as { cooked?: string }).cooked ?? "");
    }
    for (const [key, child] of Object.entries(node)) {
      if (key !== "metadata" && key !== "parent") walk(child);
    }
  };
  walk(root);
  return found;
}

test("claims are worded in the list of claims alone", () => {
  const elsewhere = Object.entries(SOURCES)
    .filter(([name]) => !LISTED.test(name) && !name.endsWith("wire.gen.ts"))
    .filter(([, source]) => WORDS.test(source))
    .flatMap(([name, source]) =>
      textsOf(name, source)
        .filter((text) => WORDS.test(text.replace(/var\(--\w+\)/g, "")) && !NAMES.has(text.trim()))
        .map((text) => `${name.replace(/.*src\//, "")}: ${text.trim()}`),
    );
  expect(elsewhere).toEqual([]);
}, 60_000);

test("the search finds words in strings, templates and markup, and not in code", () => {
  expect(textsOf("a.ts", "const harmed = `is ${x} better`; f('tied')")).toEqual([
    "is ",
    " better",
    "tied",
  ]);
  const markup = '<p class:worse title="beaten">{harmed} stands out {`a ${b} c`}</p>';
  expect(textsOf("a.svelte", markup).map((text) => text.trim())).toEqual(
    expect.arrayContaining(["beaten", "stands out", "a", "c"]),
  );
  expect(Object.keys(SOURCES).length).toBeGreaterThan(200);
});
