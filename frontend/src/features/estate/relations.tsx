import { ArrowLeft, ArrowRight } from "lucide-react";
import { Segmented } from "@/components/ui/segmented";
import type { ResourceDetail, ResourceRelation } from "@/lib/backend";
import { formatCount } from "@/lib/format";
import { grouped, inWords } from "./graph-layout";
import { GraphTools, RelationGraph } from "./relation-graph";
import { useDrawer } from "./state";

/** What a resource refers to and what refers to it: a graph to walk, and the same as a list. */
export function Relations({ detail }: { detail: ResourceDetail }) {
  const drawer = useDrawer();
  const { arn } = detail.resource;
  const steps = drawer.at === arn ? drawer.trail.length : 0;
  const left = leftOut(detail);
  const walk = (to: string) => drawer.walk(arn, to);
  return (
    <>
      <div className="mb-3 flex items-center justify-between gap-2">
        <Segmented
          label="How relations are shown"
          value={drawer.relations}
          onChange={(relations) => useDrawer.setState({ relations })}
          options={[{ value: "graph", label: "Graph" }, { value: "list", label: "List" }]}
        />
        <GraphTools steps={steps} onBack={drawer.back} wide={drawer.wide} onWide={() => useDrawer.setState({ wide: !drawer.wide })} />
      </div>
      {left > 0 && (
        <p role="note" className="mb-3 text-xs text-muted">
          {formatCount(detail.incoming - left)} of {formatCount(detail.incoming)} resources that refer to this one are shown.
        </p>
      )}
      {detail.relations.length === 0 ? (
        <p className="text-muted">Nothing in the inventory refers to this resource, and it refers to nothing.</p>
      ) : drawer.relations === "graph" ? (
        <RelationGraph key={arn} detail={detail} wide={drawer.wide} onWalk={walk} onList={() => useDrawer.setState({ relations: "list" })} />
      ) : (
        <RelationList relations={detail.relations} onWalk={walk} />
      )}
    </>
  );
}

/** How many of the resources that refer to this one are not among its relations. */
export function leftOut({ incoming, relations }: Pick<ResourceDetail, "incoming" | "relations">): number {
  return Math.max(0, incoming - new Set(relations.filter((r) => !r.outgoing).map((r) => r.arn)).size);
}

function RelationList({ relations, onWalk }: { relations: ResourceRelation[]; onWalk: (arn: string) => void }) {
  const sides = [true, false].map((outgoing) => relations.filter((r) => r.outgoing === outgoing)).filter((side) => side.length > 0);
  return sides.map((side) => {
    const outgoing = side[0]!.outgoing;
    const Arrow = outgoing ? ArrowRight : ArrowLeft;
    return (
      <section key={String(outgoing)} className="mb-4">
        <h3 className="mb-1.5 flex items-center gap-1.5 font-semibold"><Arrow className="size-3.5 text-muted" aria-hidden />{outgoing ? "Refers to" : "Is referred to by"}</h3>
        {grouped(side, (r) => r.kind).map(([kind, group]) => (
          <section key={kind} className="mb-2.5">
            <h4 className="mb-1 text-xs text-muted">{inWords(kind)} ({formatCount(group.length)})</h4>
            <ul className="divide-y rounded-md border">
              {group.map((relation) => <RelationRow key={relation.arn} relation={relation} onWalk={onWalk} />)}
            </ul>
          </section>
        ))}
      </section>
    );
  });
}

function RelationRow({ relation, onWalk }: { relation: ResourceRelation; onWalk: (arn: string) => void }) {
  const { resource } = relation;
  return (
    <li>
      <button
        type="button"
        disabled={!resource}
        onClick={() => onWalk(relation.arn)}
        className="block w-full px-2.5 py-1 text-left enabled:hover:bg-hover focus-visible:outline-offset-[-2px]"
      >
        <span className="block truncate font-medium">{resource?.name || relation.arn}</span>
        <span className="block truncate text-xs text-muted">{resource ? `${resource.typeLabel || resource.type} · ${resource.region}` : "Not in the inventory"}</span>
      </button>
    </li>
  );
}
