export { FirstLaunch } from "./first-launch";
export { StartupScreen } from "./startup-screen";
export { LockScreen } from "./lock-screen";
