import type { Resource, ResourceRelation } from "@/lib/backend";

/** One neighbour, or many of a kind folded into one, or the words over a kind of relation. */
export interface GraphNode {
  key: string;
  /** Columns from the middle: below zero refers to it, above zero is referred to. */
  column: number;
  x: number;
  y: number;
  /** Whom the line leads to. */
  parent: string;
  kind: string;
  arn: string;
  resource?: Resource;
  /** A folded group says this in place of a name. */
  folded?: { label: string; count: number };
  heading: boolean;
}

export interface GraphView {
  nodes: GraphNode[];
  width: number;
  height: number;
  centreX: number;
  centreY: number;
  nodeWidth: number;
}

export const size = { gap: 30, row: 40, heading: 18, between: 8 };

/** More of a kind than this are folded; opened, a group shows at most so many. */
const foldFrom = 5;
export const shownOfGroup = 60;

interface Tree {
  arn: string;
  relations: ResourceRelation[];
  /** The relations of neighbours that were opened, by their key. */
  opened: ReadonlyMap<string, ResourceRelation[]>;
  unfolded: ReadonlySet<string>;
}

/** Places the resource in the middle, what it refers to on the right and what refers to it on the left, each grouped by kind. */
export function layOut(tree: Tree, nodeWidth: number): GraphView {
  const left = new Side(tree, -1);
  const right = new Side(tree, 1);
  const heights = [left.place("", tree.relations, 1, 0, new Set([tree.arn])), right.place("", tree.relations, 1, 0, new Set([tree.arn]))];
  const height = Math.max(size.row, ...heights);
  const centreY = height / 2;
  const step = nodeWidth + size.gap;
  const centreX = left.depth * step;
  const nodes = [left, right].flatMap((side, i) =>
    side.nodes.map((n) => ({ ...n, x: centreX + n.column * step, y: n.y + (height - heights[i]!) / 2 })),
  );
  return { nodes, centreX, centreY, nodeWidth, height, width: (left.depth + right.depth) * step + nodeWidth };
}

class Side {
  nodes: GraphNode[] = [];
  depth = 0;

  constructor(private readonly tree: Tree, private readonly direction: 1 | -1) {}

  /** Places the neighbours of a resource below top and returns how high they are together. */
  place(parent: string, relations: ResourceRelation[], depth: number, top: number, above: ReadonlySet<string>): number {
    let y = top;
    for (const [kind, group] of byKind(relations, this.direction === 1, above)) {
      if (y > top) y += size.between;
      this.nodes.push(this.node(`${parent}/${kind}`, parent, depth, y, kind, { heading: true }));
      y += size.heading;
      for (const [label, members] of byType(group)) y = this.placeType(parent, kind, label, members, depth, y, above);
    }
    if (y > top) this.depth = Math.max(this.depth, depth);
    return y - top;
  }

  private placeType(parent: string, kind: string, label: string, members: ResourceRelation[], depth: number, top: number, above: ReadonlySet<string>): number {
    const groupKey = `${this.direction}${parent}/${kind}/${label}`;
    if (members.length > foldFrom && !this.tree.unfolded.has(groupKey)) {
      this.nodes.push(this.node(groupKey, parent, depth, top, kind, { folded: { label, count: members.length } }));
      return top + size.row;
    }
    let y = top;
    for (const member of members.slice(0, shownOfGroup)) {
      const key = `${this.direction}${parent}/${kind}/${member.arn}`;
      const further = this.tree.opened.get(key);
      const height = further ? this.place(key, further, depth + 1, y, new Set([...above, member.arn])) : 0;
      const own = Math.max(size.row, height);
      this.nodes.push(this.node(key, parent, depth, y + (own - size.row) / 2, kind, { arn: member.arn, resource: member.resource }));
      y += own;
    }
    if (members.length > shownOfGroup) {
      this.nodes.push(this.node(`${groupKey}/rest`, parent, depth, y, kind, { folded: { label: `more ${label}`, count: members.length - shownOfGroup } }));
      y += size.row;
    }
    return y;
  }

  private node(key: string, parent: string, depth: number, y: number, kind: string, rest: Partial<GraphNode>): GraphNode {
    return { key, parent, column: depth * this.direction, x: 0, y, kind, arn: "", heading: false, ...rest };
  }
}

function byKind(relations: ResourceRelation[], outgoing: boolean, above: ReadonlySet<string>): [string, ResourceRelation[]][] {
  const wanted = relations.filter((r) => r.outgoing === outgoing && !above.has(r.arn));
  return grouped(wanted, (r) => r.kind);
}

/** The names that groups of relations have: "EC2 instance", or what the ARN says of a resource that is not there. */
export function byType(relations: ResourceRelation[]): [string, ResourceRelation[]][] {
  return grouped(relations, (r) => r.resource?.typeLabel || r.resource?.type || "not in the inventory");
}

export function grouped<T>(all: T[], of: (one: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(of(one), [...(groups.get(of(one)) ?? []), one]);
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

/** A kind of relation as one reads it: "security group". */
export function inWords(kind: string): string {
  return kind.replaceAll("-", " ");
}

/** "42 security groups"; names that are no English noun at the end stay as they are. */
export function many(count: number, label: string): string {
  if (label === "not in the inventory" || label.endsWith("s")) return `${count} ${label}`;
  return `${count} ${label.replace(/([^aeiou])y$/, "$1ie")}${/(x|ch|sh)$/.test(label) ? "es" : "s"}`;
}

/** The node that is nearest in a direction, for the arrow keys. */
export function nearest(view: GraphView, from: GraphNode | null, key: string): GraphNode | "centre" | null {
  const stops = view.nodes.filter((n) => !n.heading);
  const at = from ?? { column: 0, y: view.centreY - size.row / 2, key: "" };
  if (key === "ArrowUp" || key === "ArrowDown") {
    const down = key === "ArrowDown" ? 1 : -1;
    return best(stops.filter((n) => n.column === at.column && (n.y - at.y) * down > 0), at.y);
  }
  const column = at.column + (key === "ArrowRight" ? 1 : -1);
  if (column === 0) return "centre";
  return best(stops.filter((n) => n.column === column), at.y);
}

function best(nodes: GraphNode[], y: number): GraphNode | null {
  return nodes.reduce<GraphNode | null>((near, n) => (near && Math.abs(near.y - y) <= Math.abs(n.y - y) ? near : n), null);
}
