import {
  BackendError, type ChangeDay, type ChangeQuery, type EstateBackend, type EstateChange, type EstateFilter, type EstateQuery, type FacetGroup, type Freshness, type Resource,
  type SavedSearch,
} from "@/lib/backend";
import { FakeChats, iso } from "./fake-chats";

const regions = ["eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2"];
const accounts = ["111122223333", "444455556666", "777788889999"];
const accountNames: Record<string, string> = { "111122223333": "acme-prod", "444455556666": "acme-staging" };
const envs = ["prod", "staging", "dev", ""];
const teams = ["payments", "checkout", "search", "identity", "data-platform"];
const kinds = [
  ["AWS::EC2::Instance", "EC2 instance", "ec2", "running", "instance/i-0"],
  ["AWS::EC2::Volume", "EBS volume", "ec2", "in-use", "volume/vol-0"],
  ["AWS::RDS::DBInstance", "RDS database", "rds", "available", "db:"],
  ["AWS::S3::Bucket", "S3 bucket", "s3", "", ""],
  ["AWS::Lambda::Function", "Lambda function", "lambda", "Active", "function:"],
  ["AWS::DynamoDB::Table", "DynamoDB table", "dynamodb", "ACTIVE", "table/"],
  ["AWS::EC2::SecurityGroup", "Security group", "ec2", "", "security-group/sg-0"],
] as const;

export function makeResource(i: number): Resource {
  const kind = kinds[(i * 7 + (i >> 3)) % kinds.length]!;
  const region = regions[(i * 5 + (i >> 4)) % regions.length]!;
  const accountId = accounts[(i >> 1) % accounts.length]!;
  const env = envs[(i * 3 + (i >> 2)) % envs.length]!;
  const team = teams[i % teams.length]!;
  const name = `${team}-${env || "shared"}-${kind[2]}-${String(i).padStart(3, "0")}`;
  return {
    arn: `arn:aws:${kind[2]}:${region}:${accountId}:${kind[4]}${name}`, type: kind[0], typeLabel: kind[1], service: kind[2], name, region, accountId, accountName: accountNames[accountId] ?? "", env, state: kind[3],
    firstSeen: iso(50_000 + i * 60), facts: kind[2] === "rds" ? [{ key: "engine", value: "postgres" }, { key: "version", value: `${13 + (i % 4)}.4` }, { key: "encrypted", value: i % 3 ? "true" : "false" }] : [{ key: "encrypted", value: "true" }],
    tags: [{ key: "team", value: team }, { key: "environment", value: env || "shared" }, { key: "cost-center", value: `cc-${100 + (i % 9)}` }], score: 1 / (i + 1), why: [],
  };
}

function facet(field: string, label: string, rows: Resource[], of: (r: Resource) => string, labelOf?: (r: Resource) => string): FacetGroup {
  const counts = new Map<string, { label: string; count: number }>();
  for (const r of rows) {
    const value = of(r);
    if (!value) continue;
    const known = counts.get(value);
    counts.set(value, { label: labelOf?.(r) ?? value, count: (known?.count ?? 0) + 1 });
  }
  const values = [...counts].map(([value, v]) => ({ value, ...v })).sort((a, b) => b.count - a.count);
  return { field, label, values };
}

const fieldOf: Record<string, (r: Resource) => string> = {
  type: (r) => r.type, service: (r) => r.service, region: (r) => r.region, account_id: (r) => r.accountId, env: (r) => r.env, state: (r) => r.state, name: (r) => r.name,
};

function facetsOf(rows: Resource[]): FacetGroup[] {
  return [
    facet("type", "Type", rows, fieldOf.type!, (r) => r.typeLabel), facet("service", "Service", rows, fieldOf.service!), facet("region", "Region", rows, fieldOf.region!),
    facet("account_id", "Account", rows, fieldOf.account_id!, (r) => r.accountName || r.accountId), facet("env", "Environment", rows, fieldOf.env!), facet("state", "State", rows, fieldOf.state!),
  ];
}

function valueOf(r: Resource, field: string): string {
  return fieldOf[field]?.(r) ?? r.facts.find((f) => f.key === field)?.value ?? (field.startsWith("tag:") ? r.tags.find((t) => t.key === field.slice(4))?.value : undefined) ?? "";
}

const changeKinds = ["changed", "added", "changed", "removed"] as const;
const day = 24 * 60 * 60_000;

/** The inventory of the backend in memory. */
export abstract class FakeEstate extends FakeChats implements EstateBackend {
  resources: Resource[] = [];
  saved: SavedSearch[] = [];
  columns: string[] = [];
  /** How many security groups refer to each resource, beside the few relations that it has anyway. */
  neighbours = 0;
  /** Resources that refer to one and are not among its relations. */
  leftOut = 0;

  importEstate = () => Promise.resolve({ runId: "" });
  exportEstate = (_query: EstateQuery, format: string) => Promise.resolve(`/home/ada/estate.${format}`);

  searchEstate = (query: EstateQuery) => {
    const understood: EstateFilter[] = /prod/.test(query.text) && !query.ignoreUnderstood.includes("env") ? [{ field: "env", values: ["prod"], label: "Environment: prod", not: false, fromQuery: true, relaxed: false }] : [];
    if (/database/.test(query.text) && !query.ignoreUnderstood.includes("type")) understood.push({ field: "type", values: ["AWS::RDS::DBInstance", "AWS::DynamoDB::Table"], label: "Database", not: false, fromQuery: true, relaxed: false });
    const filters = [...query.filters, ...understood];
    const wanted = query.text && understood.length === 0 ? (r: Resource) => r.name.includes(query.text) || r.arn.includes(query.text) : () => true;
    const rows = this.resources.filter((r) => wanted(r) && filters.every((f) => f.values.includes(valueOf(r, f.field)) !== f.not));
    if (query.sortBy) rows.sort((a, b) => valueOf(a, query.sortBy).localeCompare(valueOf(b, query.sortBy)) * (query.desc ? -1 : 1));
    const from = query.skip;
    const page = rows.slice(from, from + query.limit).map((r) => ({ ...r, why: query.text ? ["the name has “database”", "tag environment=prod"] : [] }));
    return Promise.resolve({ resources: page, total: rows.length, understood, facets: facetsOf(rows), tookMs: 7.3, pending: 0, dense: true, fromLedger: false, notes: [] });
  };
  getResource = (arn: string) => {
    const resource = this.resources.find((r) => r.arn === arn);
    if (!resource) return Promise.reject(new BackendError({ code: "not_found", message: "the resource is not in the inventory", hint: "It may have been deleted since the answer was given.", retryable: false }));
    const attributes = { InstanceType: "m6i.large", Placement: { AvailabilityZone: `${resource.region}a`, Tenancy: "default" }, PubliclyAccessible: false, BlockDevices: [{ DeviceName: "/dev/xvda", VolumeSize: 80 }, { DeviceName: "/dev/xvdb", VolumeSize: 500 }], PrivateIpAddress: "10.12.4.87", KmsKeyId: null };
    const other = this.resources[1];
    return Promise.resolve({
      resource, attributes: JSON.stringify(attributes, null, 2), firstSeen: iso(50_000), lastSeen: iso(30), consoleUrl: `https://${resource.region}.console.aws.amazon.com/`,
      incoming: this.neighbours + 1 + this.leftOut,
      relations: [
        ...this.resources.slice(10, 10 + this.neighbours).map((r) => ({ kind: "security-group", outgoing: false, arn: r.arn, resource: r })),
        { kind: "attached-to", outgoing: true, arn: other?.arn ?? "", resource: other }, { kind: "vpc", outgoing: true, arn: "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0aa11bb22cc33dd44", resource: undefined }, { kind: "security-group", outgoing: false, arn: this.resources[6]?.arn ?? "", resource: this.resources[6] },
      ],
    });
  };
  getEstateStats = () => {
    const facets = facetsOf(this.resources);
    const of = (field: string) => facets.find((f) => f.field === field)?.values ?? [];
    return Promise.resolve({ total: this.resources.length, byType: of("type"), byService: of("service"), byRegion: of("region"), byAccount: of("account_id"), byEnv: of("env"), lastScan: this.resources.length > 0 ? new Date(Date.now() - 9e6).toISOString() : "" });
  };

  groupEstate = async (query: EstateQuery, field: string) => {
    const all = await this.searchEstate({ ...query, limit: 1_000_000, skip: 0 });
    return { total: all.total, groups: facet(field, "", all.resources, (r) => valueOf(r, field), (r) => (field === "account_id" && r.accountName) || (field === "type" ? r.typeLabel : valueOf(r, field))).values };
  };

  private changeOf(i: number, resource: Resource): EstateChange {
    const kind = changeKinds[i % changeKinds.length]!;
    const fields = kind === "changed" ? [
      { field: "attributes.InstanceType", before: '"m6i.large"', after: '"m6i.xlarge"' }, { field: "tags.team", before: "", after: '"payments"' },
      { field: "attributes.IpPermissions", before: '[\n  {\n    "FromPort": 22\n  }\n]', after: "[]" },
    ] : [];
    const { arn, type, typeLabel, service, name, region, accountId, accountName, env } = resource;
    return { id: `ch-${i}`, at: new Date(Date.now() - i * i * 3_600_000).toISOString(), kind, arn, type, typeLabel, service, name, region, accountId, accountName, env, fields };
  }

  private changesOf(query: ChangeQuery): EstateChange[] {
    const all = this.resources.slice(0, 25).map((r, i) => this.changeOf(i, r));
    const of = (c: EstateChange, field: string) => (field === "change" ? c.kind : field === "account_id" ? c.accountId : ({ type: c.type, region: c.region, env: c.env, arn: c.arn })[field] ?? "");
    return all.filter((c) => c.at >= query.since && (!query.until || c.at < query.until) && query.filters.every((f) => f.values.includes(of(c, f.field))));
  }

  getResourceHistory = (arn: string) => {
    const resource = this.resources.find((r) => r.arn === arn);
    return Promise.resolve(resource ? [0, 2, 1].map((i, n) => ({ ...this.changeOf(i, resource), id: `h-${i}`, at: iso(60 + n * 9_000) })) : []);
  };
  findChanges = (query: ChangeQuery) => {
    const changes = this.changesOf(query);
    return Promise.resolve({ changes, total: changes.length, next: "" });
  };
  getChangeDays = (query: ChangeQuery) => {
    const start = new Date(query.since || Date.now() - 30 * day).setHours(0, 0, 0, 0);
    const changes = this.changesOf(query);
    const days: ChangeDay[] = [];
    for (let from = start; from < Date.now(); from += day) {
      const count = (kind: string) => changes.filter((c) => c.kind === kind && Date.parse(c.at) >= from && Date.parse(c.at) < from + day).length;
      days.push({ from: new Date(from).toISOString(), to: new Date(from + day).toISOString(), added: count("added"), changed: count("changed"), removed: count("removed") });
    }
    return Promise.resolve(days);
  };
  askForChanges = (text: string) =>
    Promise.resolve({ asked: /^what changed/.test(text), since: /yesterday/.test(text) ? new Date(Date.now() - day).toISOString() : "", label: /yesterday/.test(text) ? "yesterday" : "", filters: [] });

  getFreshness = (): Promise<Freshness[]> =>
    Promise.resolve([
      { accountId: accounts[1]!, accountName: accountNames[accounts[1]!] ?? "", region: "us-east-1", services: 42, oldest: iso(12_000), newest: iso(30), unread: [{ service: "rds", complete: iso(12_000) }, { service: "lambda", complete: "" }] },
      { accountId: accounts[0]!, accountName: accountNames[accounts[0]!] ?? "", region: "eu-west-1", services: 55, oldest: iso(40), newest: iso(30), unread: [] },
    ]);

  listSavedSearches = () => Promise.resolve([...this.saved].sort((a, b) => a.name.localeCompare(b.name)));
  saveSearch = (search: SavedSearch) => {
    if (this.saved.some((s) => s.id !== search.id && s.name.toLowerCase() === search.name.toLowerCase()))
      return Promise.reject(new BackendError({ code: "invalid", message: "save a search: there is a saved search of this name already", hint: "", retryable: false }));
    const kept = { ...search, id: search.id || `s-${this.nextId++}` };
    this.saved = [...this.saved.filter((s) => s.id !== kept.id), kept];
    return Promise.resolve(kept);
  };
  deleteSavedSearch = (id: string) => {
    this.saved = this.saved.filter((s) => s.id !== id);
    return Promise.resolve();
  };
  getEstateColumns = () => Promise.resolve(this.columns);
  saveEstateColumns = (columns: string[]) => {
    this.columns = columns;
    return Promise.resolve();
  };
}
