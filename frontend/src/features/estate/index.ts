export { EstateScreen } from "./estate-screen";
export { ResourceDrawer } from "./resource-drawer";
export { applySavedSearch, useSavedSearches } from "./saved-searches";
export { useAskedForChanges } from "./queries";
