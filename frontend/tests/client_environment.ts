import type { Environment } from "vitest/runtime";

/** Modules as the browser gets them, so that state has effects; without a document. */
export default {
  name: "client",
  viteEnvironment: "client",
  setup: () => ({ teardown: () => undefined }),
} satisfies Environment;
