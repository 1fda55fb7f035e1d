import type { DragEvent } from "react";

const kind = "application/x-cloudops-conversations";

export function startDrag(event: DragEvent, ids: readonly string[]): void {
  event.dataTransfer.setData(kind, JSON.stringify(ids));
  event.dataTransfer.effectAllowed = "move";
}

export function isDragged(event: DragEvent): boolean {
  return event.dataTransfer.types.includes(kind);
}

export function draggedIds(event: DragEvent): string[] {
  const ids: unknown = JSON.parse(event.dataTransfer.getData(kind) || "[]");
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}
