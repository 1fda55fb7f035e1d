import DOMPurify from "dompurify";
import mermaid from "mermaid";

// What a text of a model must not reach, neither by a directive in the diagram nor by its front matter.
const secured = [
  "secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering", "theme", "themeCSS", "themeVariables", "fontFamily", "altFontFamily", "htmlLabels",
  "flowchart", "class", "state", "dompurifyConfig", "deterministicIds", "layout", "look", "logLevel", "arrowMarkerAbsolute",
];

// Pictures and styles from elsewhere: a diagram with one is shown as its source.
const reachesOut = /\burl\s*\(|@import|image-set|\\[0-9a-f]{1,6}|\b(img|icon)\s*:|<\s*\/?\s*(img|image|iframe|script|style|link|object|embed|video|audio|svg|math|foreignobject|base|meta|form|input|a)\b|\bon\w+\s*=|&#|&\w+;/i;

let number = 0;
let queue: Promise<unknown> = Promise.resolve();

export interface Drawing {
  /** An address that holds the picture itself. */
  src: string;
  width: number;
}

/** Style elements get the nonce of the content policy while a diagram is measured in the page. */
async function withStyleNonce<T>(work: () => Promise<T>): Promise<T> {
  const marked = <E extends Element>(element: E): E => {
    if (element.localName === "style") element.setAttribute("nonce", __STYLE_NONCE__);
    return element;
  };
  const { prototype } = Document;
  // They stand on this one document alone, over the prototype's own, and go again when the drawing is done.
  document.createElement = (name: string, options?: ElementCreationOptions) => marked(prototype.createElement.call(document, name, options));
  const createElementNS = (space: string | null, name: string, options?: string | ElementCreationOptions) => marked(prototype.createElementNS.call(document, space, name, options as string));
  document.createElementNS = createElementNS as Document["createElementNS"];
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(document, "createElement");
    Reflect.deleteProperty(document, "createElementNS");
  }
}

async function draw(source: string, dark: boolean): Promise<Drawing> {
  if (reachesOut.test(source)) throw new Error("it refers to pictures, styles or markup, which are never loaded");
  mermaid.initialize({
    startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true, htmlLabels: false, theme: dark ? "dark" : "neutral", fontFamily: "Arial, Helvetica, sans-serif",
    maxTextSize: 20_000, maxEdges: 300, logLevel: "fatal", secure: secured, flowchart: { htmlLabels: false },
  });
  const id = `diagram-${++number}`;
  try {
    const { svg } = await withStyleNonce(() => mermaid.render(id, source));
    const clean = DOMPurify.sanitize(svg, { USE_PROFILES: { svg: true, svgFilters: true }, ADD_TAGS: ["style"], FORBID_TAGS: ["foreignObject", "image", "a", "use", "script"], FORBID_ATTR: ["href", "xlink:href"] });
    const width = Number(/viewBox="[-\d.]+ [-\d.]+ ([\d.]+)/.exec(clean)?.[1] ?? 0);
    const height = Number(/viewBox="[-\d.]+ [-\d.]+ [\d.]+ ([\d.]+)/.exec(clean)?.[1] ?? 0);
    // A picture needs a size of its own, and a name space to be one.
    const sized = clean.replace(/<svg\b/, `<svg width="${width}" height="${height}"`).replace(/<svg(?![^>]*xmlns=)/, '<svg xmlns="http://www.w3.org/2000/svg"');
    return { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(withoutSecondWidth(sized))}`, width };
  } finally {
    document.getElementById(`d${id}`)?.remove();
  }
}

/** The drawing's own width="100%" would stand beside the size that was put in front of it. */
function withoutSecondWidth(svg: string): string {
  return svg.replace(/(<svg width="[^"]*" height="[^"]*"[^>]*?) width="[^"]*"/, "$1").replace(/(<svg width="[^"]*" height="[^"]*"[^>]*?) height="[^"]*"/, "$1");
}

/**
 * Draws a diagram as a picture: what is in a picture can neither run nor load anything. One at a time, because the
 * library keeps its settings globally. Rejects with the reason if it cannot be drawn.
 */
export function drawDiagram(source: string, dark: boolean): Promise<Drawing> {
  const next = queue.then(() => draw(source, dark));
  queue = next.catch(() => undefined);
  return next;
}
