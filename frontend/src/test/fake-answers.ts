import type { Egress, Message, Resource, Source, ToolCall } from "@/lib/backend";

// What the made-up model says, for tests and for looking at screens.

export const answerText = `Two databases in **production** can be reached from outside:

| Database | Engine | Region | Open to |
| --- | --- | --- | --- |
| \`payments-prod-rds-012\` | PostgreSQL 15.4 | eu-west-1 | 0.0.0.0/0 on 5432 |
| \`search-prod-rds-031\` | MySQL 8.0 | us-east-1 | 203.0.113.0/24 on 3306 |

1. Restrict the security group of the first one.
2. Then turn off *publicly accessible*:

\`\`\`bash
aws rds modify-db-instance \\
  --db-instance-identifier payments-prod-rds-012 \\
  --no-publicly-accessible --apply-immediately
\`\`\`

The [RDS guide](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.html) explains the trade-offs. ![diagram](https://example.com/x.png)`;

export const showText = `## How the payments path is exposed

The load balancer forwards to \`payments-prod-ec2-000\`, which reads from the database below. Resource \`arn:aws:s3:::search-shared-s3-003\` holds its logs.

\`\`\`mermaid
flowchart LR
  internet((Internet)) --> alb[Load balancer]
  alb --> api[payments-api]
  api --> db[(payments-prod-rds-012)]
  api -. logs .-> s3[(logs bucket)]
\`\`\`

With $n$ instances at a failure rate of $p$, the chance that all fail is

$$
P = \\prod_{i=1}^{n} p_i \\le \\left(\\frac{1}{10}\\right)^{n}
$$

Set it in Terraform, and nowhere else:

\`\`\`hcl
resource "aws_db_instance" "payments" {
  identifier          = "payments-prod-\${var.suffix}"
  engine              = "postgres"
  allocated_storage   = 100 # GiB
  publicly_accessible = false

  lifecycle {
    ignore_changes = [engine_version]
  }
}
\`\`\`

\`\`\`yaml
# the same, for the chart
database:
  host: payments.internal
  port: 5432
  replicas: 2
  tls: true
\`\`\`

\`\`\`python
import boto3

def open_databases(region: str) -> list[str]:
    """Names of databases that the internet can reach."""
    rds = boto3.client("rds", region_name=region)
    return [d["DBInstanceIdentifier"] for d in rds.describe_db_instances()["DBInstances"] if d["PubliclyAccessible"]]
\`\`\`

> It costs about $14 a month per replica, or $168 a year.

- [x] Security group restricted
- [ ] *Publicly accessible* turned off`;

export const reasoningText = `The user wants to know about exposure. I should look for RDS instances in production first, then for the security groups that are attached to them.

Two are publicly accessible. One allows 0.0.0.0/0.`;

export function makeSources(resources: Resource[]): Source[] {
  const fromEstate = resources.slice(0, 8).map((r) => ({ kind: "resource", arn: r.arn, title: r.name, subtitle: `${r.typeLabel} · ${r.region}`, conversationId: "", messageId: "", seq: 0 }));
  return [...fromEstate, { kind: "message", arn: "", title: "Public databases before the audit", subtitle: "3 weeks ago", conversationId: "c-2", messageId: "c-2-m-4", seq: 4 }];
}

export function makeToolCalls(resources: Resource[]): ToolCall[] {
  const chips = makeSources(resources).slice(0, 3);
  return [
    { id: "t-1", name: "search_estate", label: "Searched the estate for “production database”", input: '{"query":"production database","limit":20}', output: JSON.stringify(resources.slice(0, 3).map((r) => ({ arn: r.arn, env: r.env })), null, 2), state: "done", tookMs: 38, resources: chips },
    { id: "t-2", name: "related_resources", label: "Looked up what is attached to payments-prod-rds-012", input: '{"arn":"arn:aws:rds:eu-west-1:111122223333:db:payments-prod-rds-012"}', output: "not found: arn:aws:rds:eu-west-1:111122223333:db:payments-prod-rds-012", state: "failed", tookMs: 4, resources: [] },
    { id: "t-3", name: "list_changes", label: "Listed what changed in 7 days", input: '{"since":"2026-11-16T00:00:00Z"}', output: "[]", state: "done", tookMs: 12, resources: [] },
  ];
}

export const egressOfAnswer: Egress[] = [
  { host: "bedrock-runtime.eu-west-1.amazonaws.com", at: "2026-11-23T08:58:11Z", what: ["system prompt", "3 recalled pairs", "12 earlier messages"], bytes: 18_204 },
  { host: "bedrock-runtime.eu-west-1.amazonaws.com", at: "2026-11-23T08:58:14Z", what: ["system prompt", "12 earlier messages", "result of search_estate"], bytes: 22_911 },
];

export function blankMessage(part: Partial<Message> & Pick<Message, "id" | "role" | "text">): Message {
  return {
    timestamp: "", seq: 0, model: "", partial: false, sources: [], parentId: "", siblings: [part.id], toolCalls: [], reasoning: "", promptTokens: 0, answerTokens: 0,
    costUsd: 0, contextTokens: 0, windowTokens: 0, error: undefined, egress: [], notes: [], ...part,
  };
}
