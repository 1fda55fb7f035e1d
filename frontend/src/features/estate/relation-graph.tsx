import { useQueries } from "@tanstack/react-query";
import { ArrowLeft, ChevronsLeft, ChevronsRight, Maximize2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { ResourceIcon } from "@/components/resource-mark";
import { Button } from "@/components/ui/button";
import { backend, type ResourceDetail, type ResourceRelation } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { keys } from "@/lib/queries";
import { inWords, layOut, many, nearest, size, type GraphNode, type GraphView } from "./graph-layout";

interface GraphProps {
  detail: ResourceDetail;
  wide: boolean;
  onWalk: (arn: string) => void;
  /** Shows all of them as a list, for a group that is too large for a picture. */
  onList: () => void;
}

/** The resource among its neighbours: outgoing relations on the right, incoming ones on the left. */
export function RelationGraph({ detail, wide, onWalk, onList }: GraphProps) {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [expanded, setExpanded] = useState<ReadonlyMap<string, string>>(new Map());
  const opened = useOpened(expanded);
  const view = useMemo(
    () => layOut({ arn: detail.resource.arn, relations: detail.relations, opened, unfolded }, wide ? 188 : 128),
    [detail, opened, unfolded, wide],
  );
  const [focused, setFocused] = useState("");
  const box = useRef<HTMLDivElement>(null);

  // The middle is in sight first, also where the picture is wider than the drawer.
  useEffect(() => {
    if (!box.current) return;
    box.current.scrollLeft = view.centreX + view.nodeWidth / 2 - box.current.clientWidth / 2;
    box.current.scrollTop = view.centreY - box.current.clientHeight / 2;
  }, [view.centreX, view.centreY, view.nodeWidth]);

  const unfold = (node: GraphNode) => (node.key.endsWith("/rest") ? onList() : setUnfolded(new Set([...unfolded, node.key])));
  const expand = (node: GraphNode) => {
    const next = new Map(expanded);
    if (next.has(node.key)) next.delete(node.key);
    else next.set(node.key, node.arn);
    setExpanded(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const node = view.nodes.find((n) => n.key === focused) ?? null;
    if (event.key.startsWith("Arrow") && !event.altKey) {
      const to = nearest(view, node, event.key);
      if (!to) return;
      event.preventDefault();
      const key = to === "centre" ? "" : to.key;
      box.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(key)}"]`)?.focus();
    } else if ((event.key === "+" || event.key === "-") && node?.resource) {
      event.preventDefault();
      if (expanded.has(node.key) !== (event.key === "+")) expand(node);
    }
  };

  return (
    <div
      ref={box}
      role="group"
      aria-label="Relations as a graph. The arrow keys move, Enter goes to a resource, plus shows its own relations"
      onKeyDown={onKeyDown}
      className="relative max-h-full overflow-auto rounded-md border bg-sunken"
    >
      <div className="relative m-3" style={{ width: view.width, height: view.height }}>
        <Lines view={view} />
        <Node
          style={{ left: view.centreX, top: view.centreY - size.row / 2 + 2, width: view.nodeWidth }}
          nodeKey=""
          tabbable={focused === ""}
          onFocus={() => setFocused("")}
          className="border-accent bg-accent-soft"
          label={`${detail.resource.name || detail.resource.arn}, ${detail.resource.typeLabel}: the resource that is shown`}
        >
          <NodeText icon={<ResourceIcon type={detail.resource.type} service={detail.resource.service} className="size-3.5" />} first={detail.resource.name || detail.resource.arn} second={detail.resource.typeLabel} />
        </Node>
        {view.nodes.map((node) =>
          node.heading ? (
            <span key={node.key + node.column} aria-hidden className="absolute truncate text-2xs text-muted" style={{ left: node.x, top: node.y, width: view.nodeWidth }}>{inWords(node.kind)}</span>
          ) : (
            <Neighbour
              key={node.key}
              node={node}
              width={view.nodeWidth}
              expanded={expanded.has(node.key)}
              tabbable={focused === node.key}
              onFocus={() => setFocused(node.key)}
              onClick={() => (node.folded ? unfold(node) : onWalk(node.arn))}
              onExpand={() => expand(node)}
            />
          ),
        )}
      </div>
    </div>
  );
}

/** The relations of the neighbours that were expanded, as they arrive. */
function useOpened(expanded: ReadonlyMap<string, string>): ReadonlyMap<string, ResourceRelation[]> {
  const entries = [...expanded];
  return useQueries({
    queries: entries.map(([, arn]) => ({ queryKey: keys.resource(arn), queryFn: () => backend().getResource(arn) })),
    combine: (results) => {
      const opened = new Map<string, ResourceRelation[]>();
      results.forEach((r, i) => r.data && opened.set(entries[i]![0], r.data.relations));
      return opened;
    },
  });
}

function Lines({ view }: { view: GraphView }) {
  const at = new Map(view.nodes.filter((n) => !n.heading).map((n) => [n.key, n]));
  return (
    <svg aria-hidden className="absolute inset-0 overflow-visible" width={view.width} height={view.height}>
      {view.nodes.filter((n) => !n.heading).map((node) => {
        const parent = at.get(node.parent);
        const side = Math.sign(node.column);
        const from = { x: (parent?.x ?? view.centreX) + (side > 0 ? view.nodeWidth : 0), y: parent ? parent.y + size.row / 2 : view.centreY };
        const to = { x: node.x + (side > 0 ? 0 : view.nodeWidth), y: node.y + size.row / 2 };
        const bend = (to.x - from.x) / 2;
        // Arrows point the way of the reference: away from the middle on the right, towards it on the left.
        const tip = side > 0 ? to : from;
        return (
          <g key={node.key} fill="none" stroke="var(--line-strong)" strokeOpacity={0.75}>
            <path d={`M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`} />
            <path d={`M${tip.x - 5} ${tip.y - 3}L${tip.x} ${tip.y}L${tip.x - 5} ${tip.y + 3}`} />
          </g>
        );
      })}
    </svg>
  );
}

interface NeighbourProps {
  node: GraphNode;
  width: number;
  expanded: boolean;
  tabbable: boolean;
  onFocus: () => void;
  onClick: () => void;
  onExpand: () => void;
}

function Neighbour({ node, width, expanded, tabbable, onFocus, onClick, onExpand }: NeighbourProps) {
  const { resource, folded } = node;
  const right = node.column > 0;
  const name = folded ? many(folded.count, folded.label) : resource?.name || node.arn;
  const what = folded ? "folded" : resource ? `${resource.typeLabel || resource.type}` : "not in the inventory";
  const Chevron = right === expanded ? ChevronsLeft : ChevronsRight;
  return (
    <>
      <Node
        style={{ left: node.x, top: node.y + 2, width }}
        nodeKey={node.key}
        tabbable={tabbable}
        disabled={!resource && !folded}
        onFocus={onFocus}
        onClick={onClick}
        className={cn(folded && "border-dashed", !resource && !folded && "bg-sunken")}
        label={`${right ? "refers to" : "is referred to by"}, ${inWords(node.kind)}: ${name}, ${what}`}
      >
        <NodeText
          icon={resource && <ResourceIcon type={resource.type} service={resource.service} className="size-3.5" />}
          first={name}
          second={folded ? "Show them" : what}
        />
      </Node>
      {resource && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${expanded ? "Hide" : "Show"} what ${name} ${right ? "refers to" : "is referred to by"}`}
          aria-expanded={expanded}
          onClick={onExpand}
          className="absolute grid size-6 place-items-center rounded-full border bg-surface text-muted hover:bg-hover hover:text-fg"
          style={{ left: right ? node.x + width - 6 : node.x - 18, top: node.y + (size.row - 24) / 2 }}
        >
          <Chevron className="size-3" aria-hidden />
        </button>
      )}
    </>
  );
}

interface NodeProps {
  nodeKey: string;
  style: { left: number; top: number; width: number };
  label: string;
  tabbable: boolean;
  disabled?: boolean;
  className?: string;
  onFocus: () => void;
  onClick?: () => void;
  children: React.ReactNode;
}

function Node({ nodeKey, style, label, tabbable, disabled, className, onFocus, onClick, children }: NodeProps) {
  return (
    <button
      type="button"
      data-node={nodeKey}
      aria-label={label}
      aria-disabled={disabled}
      tabIndex={tabbable ? 0 : -1}
      title={label}
      onFocus={onFocus}
      onClick={disabled ? undefined : onClick}
      className={cn("absolute flex items-center gap-1.5 overflow-hidden rounded-md border bg-surface px-2 text-left hover:bg-hover", className)}
      style={{ ...style, height: size.row - 4 }}
    >
      {children}
    </button>
  );
}

function NodeText({ icon, first, second }: { icon?: React.ReactNode; first: string; second: string }) {
  return (
    <>
      {icon}
      <span className="min-w-0 flex-1">
        <span className="block truncate text-xs leading-4 font-medium">{first}</span>
        <span className="block truncate text-2xs leading-3.5 text-muted">{second}</span>
      </span>
    </>
  );
}

/** Back along the walk, and more room for the picture. */
export function GraphTools({ steps, onBack, wide, onWide }: { steps: number; onBack: () => void; wide: boolean; onWide: () => void }) {
  return (
    <div className="flex items-center gap-1">
      <Button variant="ghost" size="sm" disabled={steps === 0} onClick={onBack}><ArrowLeft aria-hidden />Back{steps > 0 && ` (${steps})`}</Button>
      <Button variant="ghost" size="icon-sm" aria-label="More room" aria-pressed={wide} onClick={onWide}><Maximize2 aria-hidden /></Button>
    </div>
  );
}
