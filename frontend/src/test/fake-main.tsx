import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "../styles.css";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { provideBackend } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { FakeBackend, type FakeOptions } from "./fake-backend";

// For looking at screens: /src/test/fake.html?{"resources":2000} on the development server.
const options = JSON.parse(decodeURIComponent(window.location.search.slice(1)) || "{}") as FakeOptions;
const fake = new FakeBackend(options);
fake.pace = 25;
setNonce(__STYLE_NONCE__);
provideBackend(fake);
Object.assign(window, { fake, nav: useNavigation });
createRoot(document.getElementById("root")!).render(<App />);
