import { create } from "zustand";
import type { ChatQuery, EstateFilter } from "./backend";
import { daysAgo } from "./format";

export type Screen = "chat" | "estate" | "search" | "backup" | "settings";
export type EstateTab = "overview" | "resources" | "changes";
export type SettingsSection = "aws" | "model" | "chats" | "keys" | "data" | "health" | "appearance" | "shortcuts";

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

/** Filters of the search page, and its words. */
export type ChatFilters = Pick<ChatQuery, "text" | "roles" | "folderId" | "conversationId" | "from" | "to">;

/** Which changes of the estate are shown. */
export interface ChangeView {
  /** RFC 3339; empty: all. */
  since: string;
  /** RFC 3339, not in it; empty: up to now. */
  until: string;
  filters: EstateFilter[];
}

export const noChatFilters: ChatFilters = { text: "", roles: [], folderId: "", conversationId: "", from: "", to: "" };

/** A conversation, or with an empty id the estate. */
export interface RestorablePart {
  conversationId: string;
  title: string;
}

interface NavigationState {
  screen: Screen;
  /** Empty: a new conversation that is not stored yet. */
  conversationId: string;
  target: MessageTarget | null;
  attachments: Attachment[];
  /** The folder that a new conversation goes to; empty: none. */
  newFolderId: string;
  /** The resource in the drawer, over whichever screen is shown; empty: closed. */
  resourceArn: string;
  estateTab: EstateTab;
  estateText: string;
  estateFilters: EstateFilter[];
  changes: ChangeView;
  /** What is looked for in all conversations, beside their list. */
  chatText: string;
  /** What the search page looks for. */
  chatQuery: ChatFilters;
  settingsSection: SettingsSection;
  paletteOpen: boolean;
  helpOpen: boolean;
  /** The part that is to be brought back to a moment, in a dialog over the screen; null: closed. */
  restorePart: RestorablePart | null;
  /** The dialog for conversations that only the backups have is open. */
  restoreGone: boolean;
  /** A link of an answer that waits for the user's word. */
  pendingLink: string;
  /** Rises when the search field of the shown screen is to take the focus. */
  focusSearch: number;
  focusComposer: number;
  go: (screen: Screen) => void;
  openConversation: (id: string, target?: MessageTarget | null) => void;
  newConversation: (attachment?: Attachment, folderId?: string) => void;
  setAttachments: (attachments: Attachment[]) => void;
  clearTarget: () => void;
  openResource: (arn: string) => void;
  closeResource: () => void;
  setEstateTab: (tab: EstateTab) => void;
  searchEstate: (text: string, filters?: EstateFilter[]) => void;
  setEstateFilters: (filters: EstateFilter[]) => void;
  /** Opens the estate's changes; without a view, those that were shown last. */
  showChanges: (view?: ChangeView) => void;
  /** Opens the search page with these words and filters. */
  searchChats: (query: Partial<ChatFilters>) => void;
  setChatQuery: (part: Partial<ChatFilters>) => void;
  setHelpOpen: (open: boolean) => void;
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
  newFolderId: "",
  resourceArn: "",
  estateTab: "overview",
  estateText: "",
  estateFilters: [],
  changes: { since: daysAgo(7), until: "", filters: [] },
  chatText: "",
  chatQuery: noChatFilters,
  settingsSection: "aws",
  paletteOpen: false,
  helpOpen: false,
  restorePart: null,
  restoreGone: false,
  pendingLink: "",
  focusSearch: 0,
  focusComposer: 0,
  go: (screen) => set({ screen, resourceArn: "" }),
  openConversation: (conversationId, target = null) =>
    set({ screen: "chat", conversationId, target, resourceArn: "", attachments: [] }),
  newConversation: (attachment, newFolderId = "") =>
    set((s) => ({
      screen: "chat",
      conversationId: "",
      target: null,
      resourceArn: "",
      attachments: attachment ? [attachment] : [],
      newFolderId,
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
  showChanges: (view) => set((s) => ({ screen: "estate", estateTab: "changes", changes: view ?? s.changes, resourceArn: "" })),
  searchChats: (query) => set((s) => ({ screen: "search", chatQuery: { ...noChatFilters, ...query }, resourceArn: "", focusSearch: s.focusSearch + 1 })),
  setChatQuery: (part) => set((s) => ({ chatQuery: { ...s.chatQuery, ...part } })),
  setHelpOpen: (helpOpen) => set({ helpOpen }),
  openSettings: (settingsSection) => set({ screen: "settings", settingsSection, resourceArn: "" }),
  setPaletteOpen: (paletteOpen) => set({ paletteOpen }),
  askToOpen: (pendingLink) => set({ pendingLink }),
  requestSearchFocus: () => set((s) => ({ focusSearch: s.focusSearch + 1 })),
}));
