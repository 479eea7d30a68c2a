import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// One ES module with its styles inside: TensorBoard's frame imports `static/index.js` and nothing
// else, and its content security policy allows inline styles but no inline scripts.
export default defineConfig({
  plugins: [svelte()],
  build: {
    // Not build.lib, which keeps the white space of ES modules.
    rolldownOptions: {
      input: "src/index.ts",
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "index.js", codeSplitting: false },
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
  },
});
