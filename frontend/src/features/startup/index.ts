export { FirstLaunch } from "./first-launch";
export { StartupScreen } from "./startup-screen";
