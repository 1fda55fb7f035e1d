/// <reference types="vite/client" />
declare const __STYLE_NONCE__: string;
declare module "@fontsource-variable/inter";
declare module "@fontsource-variable/jetbrains-mono";
