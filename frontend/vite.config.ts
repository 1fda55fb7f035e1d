import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The nonce lets the scroll lock of open dialogs add its one style element; everything else comes from files.
// It is fixed in the build: it keeps injected markup from styling itself by accident, and no markup is ever injected,
// because raw HTML is dropped before it is rendered.
const styleNonce = "cloudops-style";

const policy = [
  "default-src 'self'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${styleNonce}'`,
  // Mermaid measures a diagram in the page with styles in attributes. No attribute of an answer's markup gets there:
  // raw HTML is dropped, and what is left is sanitised without them. Style elements still need the nonce.
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

// The development server injects inline scripts for hot reloading, so only the built page carries the policy.
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
    ],
  };
}

// KaTeX names three formats of each of its fonts; every webview that we run in takes the first.
function oneFontFormat(): Plugin {
  return {
    name: "one-font-format",
    enforce: "pre",
    transform: (code, id) => (/katex.*\.css/.test(id) ? code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, "") : undefined),
  };
}

export default defineConfig({
  plugins: [oneFontFormat(), react(), tailwindcss(), contentSecurityPolicy()],
  define: { __STYLE_NONCE__: JSON.stringify(styleNonce) },
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The documents that the window shows lie beside it.
  server: { host: "127.0.0.1", strictPort: false, fs: { allow: [".."] } },
  build: {
    target: "safari16.4",
    sourcemap: false,
    // A data: font would need font-src data:; files do not.
    assetsInlineLimit: 0,
    // The largest chunk lays out Mermaid diagrams and is loaded when one asks for it.
    chunkSizeWarningLimit: 1600,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    // A busy machine is slow, not wrong.
    testTimeout: 60_000,
  },
});
