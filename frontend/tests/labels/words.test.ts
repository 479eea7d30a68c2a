/// <reference types="vite/client" />
import { expect, test } from "vitest";

import { WORDS } from "../../src/model/labels/words";
import glossary from "../../../docs/reference/glossary.md?raw";

test.each(WORDS)("docs/reference/glossary.md explains “%s” as the page does", (word, meaning) => {
  const entry = glossary.split("\n").find((line) => line.startsWith(`| **${word}** |`));
  const begins = meaning.slice(0, 1).toUpperCase() + meaning.slice(1);
  expect(entry).toContain(`| **${word}** | ${begins}. `);
});
