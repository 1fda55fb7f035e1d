import { create } from "zustand";
import { toBackendError } from "./backend";

export interface Toast {
  id: number;
  tone: "info" | "success" | "error";
  title: string;
  detail?: string;
  /** What can be done about it; choosing one closes the toast. */
  actions?: readonly ToastAction[];
}

export interface ToastAction {
  label: string;
  run: () => void;
}

interface ToastState {
  toasts: Toast[];
  show: (toast: Omit<Toast, "id">) => void;
  dismiss: (id: number) => void;
}

let nextId = 1;

export const useToasts = create<ToastState>((set) => ({
  toasts: [],
  show: (toast) => set((s) => ({ toasts: [...s.toasts.slice(-3), { ...toast, id: nextId++ }] })),
  dismiss: (id) => set((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) })),
}));

export function toast(tone: Toast["tone"], title: string, detail?: string, actions?: readonly ToastAction[]): void {
  useToasts.getState().show({ tone, title, detail, actions });
}

/** Shows why something did not work and what to do about it. */
export function toastError(reason: unknown): void {
  const error = toBackendError(reason);
  if (error.code === "cancelled") return;
  toast("error", error.message, error.hint);
}
