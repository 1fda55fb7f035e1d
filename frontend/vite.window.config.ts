import { mergeConfig } from "vite";
import base from "./vite.config.ts";

// The page with a backend in memory, built as the window is and under its content policy, for tests in a browser.
export default mergeConfig(base, {
  build: { outDir: "node_modules/.window/page", emptyOutDir: true, rollupOptions: { input: "src/test/fake.html" } },
});
