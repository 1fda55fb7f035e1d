import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

const features = ["startup", "estate", "chat", "settings", "backup"];

// Imports point one way: app -> features -> components -> lib. Features never import each other, and only
// lib/backend knows that there is a Wails.
const zones = [
  ...features.map((name) => ({
    target: `./src/features/${name}`,
    from: "./src/features",
    except: [`./${name}`],
    message: "Features never import each other: compose them in src/app.",
  })),
  { target: "./src/features", from: "./src/app", message: "Features do not know the app that holds them." },
  { target: "./src/components", from: ["./src/app", "./src/features"], message: "Components stand below features." },
  { target: "./src/lib", from: ["./src/app", "./src/features", "./src/components"], message: "lib stands at the bottom." },
  { target: "./src/!(test)/**/*", from: "./src/test", message: "Nothing that is shipped imports test code." },
  {
    target: ["./src/app", "./src/features", "./src/components", "./src/lib/!(backend)", "./src/*.tsx"],
    from: "./wailsjs",
    message: "Only src/lib/backend imports the generated bindings.",
  },
];

export default tseslint.config(
  { ignores: ["dist", "wailsjs", "node_modules", "public", "test-results", "playwright-report"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "import-x": importX, "react-hooks": reactHooks },
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver({ project: "tsconfig.json" })] },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // The virtualizer's functions must not be memoised, and React's compiler is not in use.
      "react-hooks/incompatible-library": "off",
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": ["error", { maxDepth: 6 }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "no-restricted-globals": [
        "error",
        { name: "sessionStorage", message: "The webview writes it to disk in the clear." },
        { name: "indexedDB", message: "The webview writes it to disk in the clear." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Raw HTML is never rendered.",
        },
      ],
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
  // Tests stand beside what they test and use the test code.
  { files: ["**/*.test.{ts,tsx}"], rules: { "import-x/no-restricted-paths": ["error", { zones: zones.filter((z) => z.from !== "./src/test") }] } },
  // Playwright reads from the pattern which fixtures a fixture needs, also that it needs none.
  { files: ["e2e/**/*.ts"], rules: { "no-empty-pattern": "off" } },
  { files: ["src/**/*.{ts,tsx}"], ignores: ["src/lib/preferences.ts", "src/test/**"], rules: {
    "no-restricted-globals": ["error", "sessionStorage", "indexedDB",
      { name: "localStorage", message: "Only lib/preferences keeps anything there: theme and layout, never typed text." }],
  } },
);
