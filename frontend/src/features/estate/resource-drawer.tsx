import { Check, Copy, ExternalLink, MessageSquareText } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { EnvMark, ResourceIcon } from "@/components/resource-mark";
import { Button } from "@/components/ui/button";
import { Drawer } from "@/components/ui/dialog";
import { ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { Segmented } from "@/components/ui/segmented";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { backend, toBackendError, type ResourceDetail } from "@/lib/backend";
import { formatAgo, formatCount, formatDateTime } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { toastError } from "@/lib/toast";
import { Account } from "./account";
import { History } from "./history";
import { JsonTree, parseJson } from "./json-tree";
import { useResource } from "./queries";
import { leftOut, Relations } from "./relations";
import { useDrawer, type DrawerTab } from "./state";

/** Everything about one resource, over whichever screen is shown. */
export function ResourceDrawer() {
  const arn = useNavigation((s) => s.resourceArn);
  const close = useNavigation((s) => s.closeResource);
  // Closed, it begins afresh; from one row of the table to the next the tab stays.
  useEffect(() => {
    if (!arn) useDrawer.setState({ tab: "overview", trail: [], at: "" });
  }, [arn]);
  const wide = useDrawer((s) => s.wide && s.tab === "relations");
  return (
    <Drawer open={arn !== ""} onClose={close} label="Resource" wide={wide}>
      {arn && <DrawerBody arn={arn} />}
    </Drawer>
  );
}

function DrawerBody({ arn }: { arn: string }) {
  const query = useResource(arn);
  if (query.isError && toBackendError(query.error).code === "not_found") return <Gone arn={arn} />;
  if (query.isError) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} className="pt-24" />;
  if (!query.data) return <DrawerSkeleton />;
  return <Detail detail={query.data} />;
}

/** A resource that was removed still has a history. */
function Gone({ arn }: { arn: string }) {
  return (
    <>
      <header className="border-b px-5 pb-3 pt-4">
        <h2 className="pr-10 text-lg font-semibold">Not in the inventory any more</h2>
        <CopyableArn arn={arn} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-5"><History arn={arn} /></div>
    </>
  );
}

function DrawerSkeleton() {
  return (
    <div className="space-y-3 p-5" aria-busy="true">
      <Skeleton className="h-6 w-2/3" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-8 w-1/2" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}

function Detail({ detail }: { detail: ResourceDetail }) {
  const { resource, relations } = detail;
  const { tab, setTab } = useDrawer();
  const label = resource.name || resource.arn;
  return (
    <>
      <header className="border-b px-5 pb-3 pt-4">
        <div className="flex items-start gap-2.5 pr-10">
          <ResourceIcon type={resource.type} service={resource.service} className="mt-1 size-5" />
          <div className="min-w-0">
            <h2 className="selectable text-lg font-semibold break-words">{label}</h2>
            <p className="text-muted">{resource.typeLabel || resource.type}</p>
          </div>
        </div>
        <CopyableArn arn={resource.arn} />
        <Actions detail={detail} />
      </header>
      <Tabs value={tab} onValueChange={(next) => setTab(next as DrawerTab)} className="flex min-h-0 flex-1 flex-col">
        <TabsList className="px-5">
          <TabsTrigger value="overview">Overview</TabsTrigger>
          <TabsTrigger value="attributes">Attributes</TabsTrigger>
          <TabsTrigger value="relations">Relations ({formatCount(relations.length + leftOut(detail))})</TabsTrigger>
          <TabsTrigger value="history">History</TabsTrigger>
        </TabsList>
        <TabsContent value="overview" className="min-h-0 flex-1 overflow-y-auto p-5">
          <Overview detail={detail} />
        </TabsContent>
        <TabsContent value="attributes" className="min-h-0 flex-1 overflow-y-auto p-5">
          <Attributes text={detail.attributes} />
        </TabsContent>
        <TabsContent value="relations" className="flex min-h-0 flex-1 flex-col overflow-y-auto p-5 data-[state=inactive]:hidden">
          <Relations detail={detail} />
        </TabsContent>
        <TabsContent value="history" className="min-h-0 flex-1 overflow-y-auto p-5">
          <History arn={resource.arn} />
        </TabsContent>
      </Tabs>
    </>
  );
}

function CopyableArn({ arn }: { arn: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await backend().copyText(arn);
      setCopied(true);
      window.setTimeout(() => setCopied(false), 1500);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div className="mt-2 flex items-start gap-1">
      <code className="selectable min-w-0 break-all font-mono text-xs text-soft">{arn}</code>
      <Button variant="ghost" size="icon-sm" className="-mt-1" aria-label={copied ? "Copied" : "Copy the ARN"} onClick={() => void copy()}>
        {copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
      </Button>
    </div>
  );
}

function Actions({ detail }: { detail: ResourceDetail }) {
  const newConversation = useNavigation((s) => s.newConversation);
  const askToOpen = useNavigation((s) => s.askToOpen);
  const { resource, consoleUrl } = detail;
  return (
    <div className="mt-3 flex gap-2">
      <Button
        variant="primary"
        size="sm"
        onClick={() => newConversation({ arn: resource.arn, name: resource.name || resource.arn, typeLabel: resource.typeLabel || resource.type })}
      >
        <MessageSquareText aria-hidden />
        Ask about this
      </Button>
      {consoleUrl && (
        <Button size="sm" onClick={() => askToOpen(consoleUrl)}>
          <ExternalLink aria-hidden />
          Open in console
        </Button>
      )}
    </div>
  );
}

function Overview({ detail }: { detail: ResourceDetail }) {
  const { resource } = detail;
  return (
    <div className="space-y-5">
      <dl className="grid grid-cols-[112px_1fr] gap-y-1.5">
        <Fact name="Region">{resource.region}</Fact>
        <Fact name="Account"><Account id={resource.accountId} name={resource.accountName} /></Fact>
        <Fact name="Environment">{resource.env && <EnvMark env={resource.env} />}</Fact>
        <Fact name="State">{resource.state}</Fact>
        <Fact name="Type">{resource.type}</Fact>
        <Fact name="First seen">{seen(detail.firstSeen)}</Fact>
        <Fact name="Last seen">{seen(detail.lastSeen)}</Fact>
      </dl>
      <section>
        <h3 className="mb-1.5 font-semibold">Tags</h3>
        {resource.tags.length === 0 ? (
          <p className="text-muted">No tags.</p>
        ) : (
          <dl className="selectable divide-y rounded-md border">
            {resource.tags.map((tag) => (
              <div key={tag.key} className="grid grid-cols-[minmax(96px,2fr)_3fr] gap-3 px-2.5 py-1">
                <dt className="break-words text-muted">{tag.key}</dt>
                <dd className="break-words">{tag.value}</dd>
              </div>
            ))}
          </dl>
        )}
      </section>
    </div>
  );
}

function seen(iso: string): ReactNode {
  return iso && <time dateTime={iso} title={formatDateTime(iso)}>{formatDateTime(iso)} <span className="text-muted">({formatAgo(iso)})</span></time>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="selectable break-words">{children || <span className="text-muted">–</span>}</dd>
    </>
  );
}

function Attributes({ text }: { text: string }) {
  const [view, setView] = useState<"tree" | "raw">("tree");
  const value = parseJson(text);
  const copy = () => void backend().copyText(text).catch(toastError);
  return (
    <div className="space-y-3">
      <div className="flex items-center justify-between">
        <Segmented
          label="How the attributes are shown"
          value={view}
          onChange={setView}
          options={[{ value: "tree", label: "Tree" }, { value: "raw", label: "JSON" }]}
        />
        <Button size="sm" variant="ghost" onClick={copy}><Copy aria-hidden />Copy JSON</Button>
      </div>
      {view === "tree" && value !== undefined ? (
        <JsonTree value={value} />
      ) : (
        <pre tabIndex={0} aria-label="Attributes as JSON" className="selectable overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs leading-5">{text || "{}"}</pre>
      )}
    </div>
  );
}
