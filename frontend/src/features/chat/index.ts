export { ChatScreen } from "./chat-screen";
export { SearchScreen } from "./search/search-screen";
