import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./styles.css";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { provideBackend } from "@/lib/backend";
import { wailsBackend } from "@/lib/backend/wails";

setNonce(__STYLE_NONCE__);
provideBackend(wailsBackend);

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
