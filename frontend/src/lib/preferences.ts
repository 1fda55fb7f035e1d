/**
 * Theme and layout are the only things kept in the webview's storage, which lies on disk in the clear.
 * Nothing that was typed may ever go there.
 */
const keys = {
  theme: "cloudops.theme",
  railCollapsed: "cloudops.rail-collapsed",
  facetsHidden: "cloudops.facets-hidden",
} as const;

export type Preference = keyof typeof keys;

export function readPreference(name: Preference): string {
  try {
    return localStorage.getItem(keys[name]) ?? "";
  } catch {
    return "";
  }
}

export function writePreference(name: Preference, value: string): void {
  try {
    localStorage.setItem(keys[name], value);
  } catch {
    // A webview without storage still works; it only forgets the layout.
  }
}
