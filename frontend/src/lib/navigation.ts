import { create } from "zustand";
import type { EstateFilter } from "./backend";

export type Screen = "chat" | "estate" | "settings";
export type EstateTab = "overview" | "resources";
export type SettingsSection = "aws" | "model" | "keys" | "data" | "health" | "appearance" | "shortcuts";

/** What a prompt is about: a resource that "Ask about this" attached. */
export interface Attachment {
  arn: string;
  name: string;
  typeLabel: string;
}

/** A message to bring into view. */
export interface MessageTarget {
  messageId: string;
  seq: number;
}

interface NavigationState {
  screen: Screen;
  /** Empty: a new conversation that is not stored yet. */
  conversationId: string;
  target: MessageTarget | null;
  attachments: Attachment[];
  /** The resource in the drawer, over whichever screen is shown; empty: closed. */
  resourceArn: string;
  estateTab: EstateTab;
  estateText: string;
  estateFilters: EstateFilter[];
  /** What is looked for in all conversations. */
  chatText: string;
  settingsSection: SettingsSection;
  paletteOpen: boolean;
  /** A link of an answer that waits for the user's word. */
  pendingLink: string;
  /** Rises when the search field of the shown screen is to take the focus. */
  focusSearch: number;
  focusComposer: number;
  go: (screen: Screen) => void;
  openConversation: (id: string, target?: MessageTarget | null) => void;
  newConversation: (attachment?: Attachment) => void;
  setAttachments: (attachments: Attachment[]) => void;
  clearTarget: () => void;
  openResource: (arn: string) => void;
  closeResource: () => void;
  setEstateTab: (tab: EstateTab) => void;
  searchEstate: (text: string, filters?: EstateFilter[]) => void;
  setEstateFilters: (filters: EstateFilter[]) => void;
  searchChats: (text: string) => void;
  openSettings: (section: SettingsSection) => void;
  setPaletteOpen: (open: boolean) => void;
  askToOpen: (url: string) => void;
  requestSearchFocus: () => void;
}

/** Where the user is. It lives in memory alone: the address and the webview's storage never see typed text. */
export const useNavigation = create<NavigationState>((set) => ({
  screen: "estate",
  conversationId: "",
  target: null,
  attachments: [],
  resourceArn: "",
  estateTab: "overview",
  estateText: "",
  estateFilters: [],
  chatText: "",
  settingsSection: "aws",
  paletteOpen: false,
  pendingLink: "",
  focusSearch: 0,
  focusComposer: 0,
  go: (screen) => set({ screen, resourceArn: "" }),
  openConversation: (conversationId, target = null) =>
    set({ screen: "chat", conversationId, target, resourceArn: "", attachments: [] }),
  newConversation: (attachment) =>
    set((s) => ({
      screen: "chat",
      conversationId: "",
      target: null,
      resourceArn: "",
      attachments: attachment ? [attachment] : [],
      focusComposer: s.focusComposer + 1,
    })),
  setAttachments: (attachments) => set({ attachments }),
  clearTarget: () => set({ target: null }),
  openResource: (resourceArn) => set({ resourceArn }),
  closeResource: () => set({ resourceArn: "" }),
  setEstateTab: (estateTab) => set({ estateTab }),
  searchEstate: (estateText, estateFilters = []) =>
    set({ screen: "estate", estateTab: "resources", estateText, estateFilters, resourceArn: "" }),
  setEstateFilters: (estateFilters) => set({ estateFilters }),
  searchChats: (chatText) => set({ screen: "chat", chatText, resourceArn: "" }),
  openSettings: (settingsSection) => set({ screen: "settings", settingsSection, resourceArn: "" }),
  setPaletteOpen: (paletteOpen) => set({ paletteOpen }),
  askToOpen: (pendingLink) => set({ pendingLink }),
  requestSearchFocus: () => set((s) => ({ focusSearch: s.focusSearch + 1 })),
}));
