import { useEffect } from "react";
import { create } from "zustand";
import { readPreference, writePreference } from "./preferences";

export type Theme = "system" | "light" | "dark";

const darkQuery = "(prefers-color-scheme: dark)";

export function asTheme(value: string): Theme {
  return value === "light" || value === "dark" ? value : "system";
}

interface ThemeState {
  theme: Theme;
  setTheme: (theme: Theme) => void;
}

export const useTheme = create<ThemeState>((set) => ({
  theme: asTheme(readPreference("theme")),
  setTheme: (theme) => {
    writePreference("theme", theme);
    set({ theme });
  },
}));

export function isDark(theme: Theme): boolean {
  return theme === "dark" || (theme === "system" && window.matchMedia(darkQuery).matches);
}

/** Keeps the page's theme attribute in step with the choice and with the system. */
export function useApplyTheme(): void {
  const theme = useTheme((s) => s.theme);
  useEffect(() => {
    const apply = () => {
      document.documentElement.dataset.theme = isDark(theme) ? "dark" : "light";
    };
    apply();
    const media = window.matchMedia(darkQuery);
    media.addEventListener("change", apply);
    return () => media.removeEventListener("change", apply);
  }, [theme]);
}
