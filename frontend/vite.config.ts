import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// ES modules with their styles inside: TensorBoard's frame imports `static/index.js`, which fetches
// the other places when they are first opened; its content security policy allows inline styles but
// no inline scripts.
export default defineConfig({
  plugins: [svelte()],
  build: {
    // Not build.lib, which keeps the white space of ES modules.
    rolldownOptions: {
      input: "src/index.ts",
      // The other places import what they share from index.js.
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: "index.js", chunkFileNames: "[name].js" },
    },
    modulePreload: false,
    outDir: "../tensorboard_cnc/static",
    emptyOutDir: true,
    target: "es2022",
    minify: true,
    reportCompressedSize: true,
  },
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    environment: "node",
    // What tests get that ask for `@vitest-environment client`.
    alias: {
      "vitest-environment-client": new URL("tests/client_environment.ts", import.meta.url).pathname,
    },
    // Long enough for a busy machine.
    testTimeout: 60_000,
  },
});
