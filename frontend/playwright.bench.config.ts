import { defineConfig } from "@playwright/test";
import base from "./playwright.config";

// What is measured, not tested: `make bench`.
export default defineConfig({ ...base, testMatch: "*.bench.ts", outputDir: "node_modules/.window/bench", use: { ...base.use, trace: "off" } });
