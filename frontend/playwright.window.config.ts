import { defineConfig } from "@playwright/test";
import base from "./playwright.config";

const dev = "http://127.0.0.1:5393";
const built = "http://127.0.0.1:5394";

// Tests of the window alone, in a browser, with a backend in memory: once as it is developed, without a content
// policy that could hide what a payload tries, and once as it is built, with it.
export default defineConfig({
  ...base,
  testDir: "src/test/browser",
  outputDir: "node_modules/.window/run",
  globalSetup: undefined,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  use: { ...base.use, actionTimeout: 10_000, trace: "off" },
  webServer: [
    { command: "npx vite --port 5393 --strictPort", url: `${dev}/src/test/fake.html`, reuseExistingServer: false },
    {
      command: "npx vite build -c vite.window.config.ts --logLevel warn && npx vite preview -c vite.window.config.ts --host 127.0.0.1 --port 5394 --strictPort",
      url: `${built}/src/test/fake.html`, reuseExistingServer: false, timeout: 120_000,
    },
  ],
});
