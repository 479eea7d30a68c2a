import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** What stands in the place of what in a report, which has no server and no window around it. */
const IN_REPORTS = {
  "/src/api/client.ts": "/src/api/report_file.ts",
  "/src/host/tensorboard.ts": "/src/host/report_file.ts",
};

function withoutServer(): Plugin {
  return {
    name: "cnc-without-server",
    enforce: "pre",
    async resolveId(source, importer, options) {
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      for (const [usual, stand] of Object.entries(IN_REPORTS)) {
        if (found?.id.endsWith(usual)) return found.id.slice(0, -usual.length) + stand;
      }
      return found;
    },
  };
}

/** Vite wraps each `import()` to load style sheets and modules ahead; here styles are inside. */
function withoutPreloading(): Plugin {
  return {
    name: "cnc-without-preloading",
    enforce: "pre",
    load: {
      filter: { id: /vite\/preload-helper\.js$/ },
      handler: () => "export const __vitePreload = (load) => load();",
    },
  };
}

// ES modules with their styles inside: TensorBoard's frame imports `static/index.js`, which fetches
// the other places when they are first opened; its content security policy allows inline styles but
// no inline scripts. `--mode report` builds all of it as one module, which `tensorboard-cnc report`
// puts into HTML; to be built second, beside the first.
export default defineConfig(({ mode }) => {
  const report = mode === "report";
  return {
    plugins: [report && withoutServer(), withoutPreloading(), svelte()],
    build: {
      // Not build.lib, which keeps the white space of ES modules.
      rolldownOptions: report
        ? {
            input: "src/report.ts",
            output: { entryFileNames: "report.js", codeSplitting: false },
          }
        : {
            input: "src/index.ts",
            // The other places import what they share from index.js.
            preserveEntrySignatures: "allow-extension",
            output: {
              entryFileNames: "index.js",
              chunkFileNames: "[name].js",
              // What is fetched first anyhow: fewer files, and what is alike is packed together.
              codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] },
            },
          },
      modulePreload: false,
      outDir: "../tensorboard_cnc/static",
      emptyOutDir: !report,
      target: "es2022",
      minify: true,
      reportCompressedSize: true,
      // A report is one file on purpose.
      chunkSizeWarningLimit: report ? 1000 : 500,
    },
    test: {
      include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
      environment: "node",
      // Tests read the colours of the theme.
      css: { include: /theme\.css/ },
      // What tests get that ask for `@vitest-environment client`.
      alias: {
        "vitest-environment-client": new URL("tests/client_environment.ts", import.meta.url)
          .pathname,
      },
      // Long enough for a busy machine.
      testTimeout: 60_000,
    },
  };
});
