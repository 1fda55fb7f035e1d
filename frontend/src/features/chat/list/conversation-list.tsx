import { useVirtualizer } from "@tanstack/react-virtual";
import { Archive, MessagesSquare, Trash2 } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from "react";
import { Empty, ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { backend, type Conversation } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { toastError } from "@/lib/toast";
import { useActions } from "./actions";
import { BulkBar } from "./bulk-bar";
import { ConversationRow } from "./conversation-row";
import { draggedIds, isDragged } from "./drag";
import { FolderRow } from "./folder-row";
import { useListState } from "./list-state";
import { looseHeading, rowHeights, shownIds, type Row } from "./rows";
import { clearSelection, useSelection } from "./selection";
import { loadAll, useListRows } from "./use-list-rows";

/** The conversations, with their folders, as a list that stays quick with thousands. */
export function ConversationList() {
  const { view, tag } = useListState();
  const { rows, rest, pending, more } = useListRows();
  const selected = useSelection((s) => s.ids);
  const [everything, setEverything] = useState<readonly Conversation[]>([]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => rowHeights[rows[i]?.kind ?? "conversation"],
    getItemKey: (i) => rows[i]?.key ?? i,
    overscan: 8,
    initialRect: { width: 260, height: 600 },
  });
  useEffect(() => virtual.measure(), [rows, virtual]);
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = more ?? {};
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - 15) void fetchNextPage?.();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const known = useMemo(() => {
    const byId = new Map(everything.map((c) => [c.id, c]));
    for (const row of rows) if (row.kind === "conversation") byId.set(row.conversation.id, row.conversation);
    return byId;
  }, [rows, everything]);
  const chosen = useMemo(() => [...selected].flatMap((id) => known.get(id) ?? []), [selected, known]);
  const affected = useCallback((c: Conversation) => (selected.has(c.id) ? chosen : [c]), [selected, chosen]);
  const order = useCallback(() => shownIds(rows), [rows]);

  const selectAll = async () => {
    try {
      const all = view === "deleted" ? await backend().listDeleted() : await loadAll({ status: view, folderId: "", tag, pinned: "" });
      setEverything(all);
      useSelection.setState({ ids: new Set(all.map((c) => c.id)), anchor: "" }, true);
    } catch (error) {
      toastError(error);
    }
  };
  const focusRow = (index: number, step: number) => {
    let next = index;
    while (next >= 0 && next < rows.length && !focusable(rows[next]!)) next += step || 1;
    if (next < 0 || next >= rows.length) return;
    virtual.scrollToIndex(next, { align: "auto" });
    window.requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    const at = Number(from?.dataset.row ?? 0);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") void selectAll();
    else if (event.key === "Escape" && selected.size > 0) clearSelection();
    else if (!from) return;
    else if (event.key === "ArrowDown") focusRow(at + 1, 1);
    else if (event.key === "ArrowUp") focusRow(at - 1, -1);
    else if (event.key === "Home") focusRow(0, 1);
    else if (event.key === "End") focusRow(rows.length - 1, -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (rest.isError && rows.length === 0) return <ErrorPanel error={rest.error} onRetry={() => void rest.refetch()} />;
  if (pending && rows.length === 0) return <ListSkeleton />;
  if (rows.length === 0) return <NoConversations />;
  return (
    <>
      <div ref={scroller} onKeyDown={onKeyDown} className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
        <ul className="relative" style={{ height: virtual.getTotalSize() }}>
          {visible.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <li key={item.key} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${item.start}px)`, height: item.size }}>
                {row.kind === "conversation" ? (
                  <ConversationRow conversation={row.conversation} index={item.index} indent={row.indent} view={view} order={order} affected={affected} />
                ) : row.kind === "folder" ? (
                  <FolderRow folder={row.folder} open={row.open} index={item.index} />
                ) : row.kind === "heading" ? (
                  <Heading label={row.label} takesOut={row.key.startsWith(looseHeading)} />
                ) : (
                  <p className="flex h-full items-center pl-9 text-xs text-muted">{row.text}</p>
                )}
              </li>
            );
          })}
        </ul>
      </div>
      <BulkBar chosen={chosen} view={view} />
    </>
  );
}

function focusable(row: Row): boolean {
  return row.kind === "conversation" || row.kind === "folder";
}

/** A heading; dropping a conversation on that of the loose ones takes it out of its folder. */
function Heading({ label, takesOut }: { label: string; takesOut: boolean }) {
  const { move } = useActions();
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void move(draggedIds(event), "");
  };
  return (
    <p
      className={cn("flex h-full items-end rounded-md px-2.5 pb-1 text-xs text-muted", over && "bg-selected")}
      onDragOver={(event) => {
        if (!takesOut || !isDragged(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={takesOut ? onDrop : undefined}
    >
      {label}
    </p>
  );
}

function NoConversations() {
  const { view, tag } = useListState();
  if (view === "deleted") return <Empty icon={Trash2} title="Nothing was deleted lately" className="py-10">What you delete can be brought back from here for a while.</Empty>;
  if (view === "archived") return <Empty icon={Archive} title="The archive is empty" className="py-10">Press E on a conversation to put it here.</Empty>;
  if (tag) return <Empty icon={MessagesSquare} title="None has this tag" className="py-10">Choose another tag, or none.</Empty>;
  return <Empty icon={MessagesSquare} title="No conversations yet" className="py-10">What you ask is kept here, encrypted.</Empty>;
}

function ListSkeleton() {
  return (
    <div className="space-y-3 px-3 py-2" aria-busy="true">
      {[0, 1, 2, 3, 4].map((i) => <Skeleton key={i} className="h-9" />)}
    </div>
  );
}
