import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

afterEach(cleanup);
configure({ asyncUtilTimeout: 15_000 });

// jsdom lays nothing out and has no media queries; the parts below are what the window asks of a browser.
Object.defineProperty(window, "matchMedia", {
  value: (query: string) => ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }),
});
class NoResize {
  observe() {}
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal("ResizeObserver", NoResize);
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = (() => undefined);
Element.prototype.hasPointerCapture = () => false;
Object.defineProperties(HTMLElement.prototype, {
  clientHeight: { get: () => 700 },
  clientWidth: { get: () => 1000 },
  offsetHeight: { get: () => 60 },
  offsetWidth: { get: () => 1000 },
});
