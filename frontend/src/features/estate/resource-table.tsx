import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, type KeyboardEvent, type Ref } from "react";
import { EnvMark, ResourceIcon } from "@/components/resource-mark";
import { backend, type Resource } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { copyWithToast } from "@/lib/copy";
import { useNavigation } from "@/lib/navigation";
import { isCommand } from "@/lib/shortcuts";
import { toast, toastError } from "@/lib/toast";
import type { Rows } from "./rows";
import { cellText, columnOf, type Column } from "./columns";

export interface TableHandle {
  focus: () => void;
}

interface ResourceTableProps {
  rows: Rows;
  /** Names the result: another one begins at its top. */
  result: unknown;
  columns: readonly string[];
  /** Rows grow to show why each one was found. */
  showWhy: boolean;
  sortBy: string;
  desc: boolean;
  openArn: string;
  onSort: (field: string) => void;
  onOpen: (arn: string) => void;
  handle?: Ref<TableHandle>;
}

export function ResourceTable(props: ResourceTableProps) {
  const { rows, result, columns: fields, showWhy, openArn, onOpen, handle } = props;
  const { total, look } = rows;
  const columns = useMemo(() => fields.map(columnOf), [fields]);
  const template = columns.map((c) => c.width).join(" ");
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const rowHeight = showWhy ? 48 : 34;
  const list = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    initialRect: { width: 1000, height: 700 },
  });
  const current = Math.min(active, Math.max(0, total - 1));
  const items = list.getVirtualItems();
  const pool = poolSize(list.scrollRect?.height ?? 0, rowHeight);
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => look(first, last), [first, last, look]);
  // Another result begins at its top.
  useEffect(() => {
    setActive(0);
    list.scrollToOffset(0);
  }, [result, list]);
  useEffect(() => list.measure(), [showWhy, list]);
  const choose = useCallback((index: number, arn: string) => {
    setActive(index);
    onOpen(arn);
  }, [onOpen]);
  useImperativeHandle(handle, () => ({ focus: () => scroller.current?.focus() }), []);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(total - 1, to));
    setActive(next);
    list.scrollToIndex(next, { align: "auto" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, j: 1, k: -1 }[event.key];
    if (step !== undefined) move(current + step);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(total - 1);
    else if (event.key === "Enter") {
      const resource = rows.at(current);
      if (resource) onOpen(resource.arn);
    } else if (event.key === "c" && (plain || isCommand(event)) && !window.getSelection()?.toString()) {
      const resource = rows.at(current);
      if (resource) void copyWithToast(resource.arn, "The ARN was copied.");
    } else if (event.key === "o" && plain) {
      const resource = rows.at(current);
      if (resource) void openConsole(resource.arn);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Resources"
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={items.some((item) => item.index === current) ? `row-${current}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="group/grid min-h-0 flex-1 overflow-auto focus-visible:outline-offset-[-2px]"
    >
      <div className="w-full min-w-max">
        <HeaderRow {...props} columns={columns} template={template} />
        <div role="rowgroup" className="relative" style={{ height: list.getTotalSize() }}>
          {items.map((item) => (
            <Row
              key={item.index % pool}
              resource={rows.at(item.index)}
              columns={columns}
              template={template}
              index={item.index}
              start={item.start}
              height={item.size}
              showWhy={showWhy}
              active={item.index === current}
              openArn={openArn}
              onChoose={choose}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** Asks whether to open the page of a resource in the AWS console. */
async function openConsole(arn: string): Promise<void> {
  try {
    const { consoleUrl } = await backend().getResource(arn);
    if (consoleUrl) useNavigation.getState().askToOpen(consoleUrl);
    else toast("info", "The AWS console has no page for this resource.");
  } catch (error) {
    toastError(error);
  }
}

/** Rows that are drawn above and below those in view. */
const overscan = 6;

/**
 * How many rows take turns: what leaves the view is filled with what comes into it. Making elements anew and having them collected again
 * was a large part of a frame in which two screens pass. More than are ever drawn at once, so that no two share a key.
 */
function poolSize(height: number, row: number): number {
  return Math.ceil((height || 2400) / row) + 2 * overscan + 4;
}

interface Layout {
  columns: readonly Column[];
  template: string;
}

const grid = "grid w-full gap-x-3 px-4";

function HeaderRow({ sortBy, desc, onSort, columns, template }: Pick<ResourceTableProps, "sortBy" | "desc" | "onSort"> & Layout) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b bg-bg">
      <div role="row" aria-rowindex={1} className={cn(grid, "h-8 items-center text-xs font-medium text-muted")} style={{ gridTemplateColumns: template }}>
        {columns.map((column) => {
          const sorted = sortBy === column.field;
          const Arrow = desc ? ArrowDown : ArrowUp;
          return (
            <div key={column.field} role="columnheader" className="truncate" aria-sort={sorted ? (desc ? "descending" : "ascending") : column.sortable ? "none" : undefined}>
              {column.sortable ? (
                <button type="button" onClick={() => onSort(column.field)} className={cn("inline-flex items-center gap-1 rounded hover:text-fg", sorted && "text-fg")}>
                  {column.label}
                  {sorted && <Arrow className="size-3" aria-hidden />}
                </button>
              ) : (
                column.label
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface RowProps extends Layout {
  /** Undefined while it is on its way. */
  resource: Resource | undefined;
  index: number;
  start: number;
  height: number;
  showWhy: boolean;
  active: boolean;
  openArn: string;
  onChoose: (index: number, arn: string) => void;
}

/** Only rows that changed are drawn anew while the table is scrolled. */
const Row = memo(function Row({ resource, columns, template, index, start, height, showWhy, active, openArn, onChoose }: RowProps) {
  const open = resource !== undefined && resource.arn === openArn;
  return (
    // The grid itself takes the keys: it names the active row with aria-activedescendant.
    <div
      role="row"
      id={`row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={open}
      aria-busy={resource === undefined || undefined}
      onClick={() => resource && onChoose(index, resource.arn)}
      className={cn(
        grid,
        "absolute inset-x-0 top-0 contain-strict items-center border-b border-line/60 hover:bg-hover",
        open && "bg-selected",
        active && "group-focus-visible/grid:bg-hover group-focus-visible/grid:shadow-[inset_2px_0_0_var(--accent)]",
      )}
      style={{ transform: `translateY(${start}px)`, height, gridTemplateColumns: template }}
    >
      {columns.map((column) =>
        resource ? <Cell key={column.field} resource={resource} field={column.field} showWhy={showWhy} />
        : <div key={column.field} role="gridcell"><span className="block h-2.5 w-2/3 rounded bg-hover" aria-hidden /></div>)}
    </div>
  );
});

/** No column shows more characters than these, and laying them out would take its time. */
const shownText = 240;

function Cell({ resource, field, showWhy }: { resource: Resource; field: string; showWhy: boolean }) {
  switch (field) {
    case "name":
      return (
        <div role="gridcell" className="flex min-w-0 items-center gap-2.5">
          <ResourceIcon type={resource.type} service={resource.service} />
          <div className="min-w-0">
            <p className="truncate font-medium" title={resource.name || resource.arn}>{resource.name || resource.arn}</p>
            {showWhy && resource.why.length > 0 && (
              <p className="truncate text-xs leading-4 text-muted" title={resource.why.join(" · ")}>{resource.why.join(" · ")}</p>
            )}
          </div>
        </div>
      );
    case "type":
      return <div role="gridcell" className="truncate text-soft" title={resource.type}>{resource.typeLabel || resource.type}</div>;
    case "region":
      return <div role="gridcell" className="truncate text-soft">{resource.region}</div>;
    case "account_id":
      return <div role="gridcell" className="truncate tabular-nums text-soft" title={resource.accountId}>{resource.accountName || resource.accountId}</div>;
    case "env":
      return <div role="gridcell" className="truncate text-soft"><EnvMark env={resource.env} /></div>;
    case "state":
      return <div role="gridcell" className="truncate text-soft">{resource.state || <span className="text-muted">–</span>}</div>;
    case "tags":
      return <div role="gridcell" className="truncate text-xs text-muted" title={resource.tags.map((t) => `${t.key}=${t.value}`).join("\n")}>{cellText(resource, field).slice(0, shownText)}</div>;
  }
  const text = cellText(resource, field);
  return <div role="gridcell" className="truncate tabular-nums text-soft" title={text}>{text.slice(0, shownText)}</div>;
}
