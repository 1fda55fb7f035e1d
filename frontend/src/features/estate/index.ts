export { EstateScreen } from "./estate-screen";
export { ResourceDrawer } from "./resource-drawer";
