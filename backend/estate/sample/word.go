package sample

// The words that estates are made of.

var companies = []string{"harborline", "alderpay", "quillmart", "fernwood", "bluecrate", "tidewell", "ostrava-foods", "kestrelair", "lumenhaus", "brightmoor"}

var teamNames = []string{
	"payments", "storefront", "fulfilment", "identity", "data-platform", "growth", "mobile", "platform", "sre", "security", "finance-it",
	"ml-engineering", "search", "partners", "internal-tools", "customer-care",
}

// teamServices are what each team runs; the teams that are not named here take from otherServices.
var teamServices = map[string][]string{
	"payments":       {"checkout", "payments", "ledger", "refunds", "fraud-scoring", "payouts", "card-vault", "reconciliation"},
	"storefront":     {"catalog", "cart", "pricing", "website", "cms", "reviews", "vouchers", "wishlist"},
	"fulfilment":     {"inventory", "shipping", "tracking", "warehouse", "returns", "carrier-labels", "stock-sync"},
	"identity":       {"login", "sso", "session", "profile", "permissions", "mfa", "user-import"},
	"data-platform":  {"clickstream", "event-ingest", "data-lake", "reporting", "dbt", "airflow", "bi", "exports"},
	"growth":         {"newsletter", "campaigns", "referrals", "ab-testing", "landing-pages", "attribution"},
	"mobile":         {"mobile-bff", "push", "app-config", "deeplinks", "crash-reports"},
	"platform":       {"service-mesh", "feature-flags", "config-server", "ci-runners", "artifact-store", "gitlab", "registry-mirror"},
	"sre":            {"metrics", "logging", "grafana", "status-page", "chaos", "backup-runner", "bastion"},
	"security":       {"audit", "siem", "vault", "scanner", "cert-rotation", "honeypot"},
	"finance-it":     {"billing", "invoicing", "erp-sync", "payroll", "tax-reports", "sap-bridge"},
	"ml-engineering": {"recommendations", "feature-store", "ranking", "image-tagging", "churn-model", "notebooks"},
	"search":         {"search", "indexer", "autocomplete", "synonyms", "query-log"},
	"partners":       {"partner-api", "sftp", "feed-export", "affiliate", "webhooks"},
	"internal-tools": {"wiki", "helpdesk", "admin-portal", "hr-portal", "badge-printer", "wordpress"},
	"customer-care":  {"support-desk", "chatbot", "call-recordings", "satisfaction", "ticket-export"},
}

var parts = []string{"api", "worker", "web", "sync", "batch", "consumer", "gateway", "admin", "scheduler", "jobs", "backend", "proxy", "events", "core"}

var people = []string{
	"maria.lopez", "tom.becker", "aisha.khan", "piotr.nowak", "j.okafor", "chen.wei", "sofia.rossi", "lars.holm", "dmitri.volkov", "anna.kowalska",
	"r.patel", "emma.dubois", "kenji.sato", "noah.fischer", "l.santos", "grace.kim", "o.yilmaz", "ines.costa",
}

// environments, and how people write them.
type environment struct {
	key      string // prod, staging, test, dev or sandbox
	spelling []string
}

var environments = []environment{
	{"prod", []string{"prod", "prd", "production", "live", "prod", "prod"}},
	{"staging", []string{"staging", "stg", "stage", "uat", "preprod", "pre-prod"}},
	{"test", []string{"qa", "test", "tst", "integration", "e2e"}},
	{"dev", []string{"dev", "development", "develop", "dev", "devel"}},
	{"sandbox", []string{"sandbox", "sbx", "playground", "poc", "scratch"}},
}

var (
	environmentKeys = []string{"Environment", "environment", "env", "Env", "Stage", "stage", "ENV"}
	teamKeys        = []string{"Team", "team", "owner", "Owner", "squad", "OwnedBy"}
	projectKeys     = []string{"Project", "project", "Application", "app", "Service", "service"}
	costKeys        = []string{"CostCenter", "cost-center", "costcentre", "Cost Center", "billing-code"}
	dataClasses     = []string{"public", "internal", "confidential", "pii", "restricted"}
)

// regionSets are the regions that a company runs in, its main one first.
var regionSets = [][]string{
	{"eu-west-1", "eu-central-1", "us-east-1"},
	{"us-east-1", "us-west-2", "eu-west-1"},
	{"eu-central-1", "eu-west-1", "us-east-1"},
	{"us-west-2", "us-east-1", "ap-southeast-2"},
	{"ap-southeast-2", "ap-southeast-1", "us-east-1"},
}

var instanceTypes = []string{
	"t3.micro", "t3.small", "t3.medium", "t3.large", "t2.micro", "t2.medium", "t4g.medium", "m5.large", "m5.xlarge", "m5.2xlarge", "m6i.large",
	"m6g.xlarge", "m4.large", "c5.large", "c5.2xlarge", "c6i.xlarge", "c7g.large", "r5.large", "r5.2xlarge", "r6i.xlarge", "i3.large", "g4dn.xlarge",
}

var databaseClasses = []string{
	"db.t3.micro", "db.t3.medium", "db.t4g.medium", "db.m5.large", "db.m5.2xlarge", "db.m6g.large", "db.r5.large", "db.r5.4xlarge", "db.r6g.xlarge", "db.m4.large",
}

// engineVersions hold old ones too, since nobody likes upgrades.
var engineVersions = map[string][]string{
	"postgres":          {"16.4", "15.8", "14.12", "13.15", "12.19", "11.22", "9.6.24"},
	"mysql":             {"8.0.39", "8.0.35", "5.7.44", "8.4.3"},
	"mariadb":           {"10.11.8", "10.6.18", "10.4.34"},
	"sqlserver-se":      {"15.00.4385.2.v1", "14.00.3465.1.v1"},
	"oracle-ee":         {"19.0.0.0.ru-2024-07.rur-2024-07.r1"},
	"aurora-postgresql": {"16.4", "15.8", "14.13", "13.16", "11.21"},
	"aurora-mysql":      {"8.0.mysql_aurora.3.07.1", "5.7.mysql_aurora.2.11.5"},
}

var engineNames = []string{"postgres", "postgres", "postgres", "mysql", "mysql", "mariadb", "sqlserver-se", "oracle-ee"}

var enginePorts = map[string]int{
	"postgres": 5432, "mysql": 3306, "mariadb": 3306, "sqlserver-se": 1433, "oracle-ee": 1521, "aurora-postgresql": 5432, "aurora-mysql": 3306,
}

// runtimes of Lambda, from current to long unsupported.
var runtimes = []string{
	"python3.12", "python3.12", "python3.11", "python3.9", "python3.8", "python3.7", "nodejs20.x", "nodejs20.x", "nodejs18.x", "nodejs16.x", "nodejs14.x",
	"nodejs12.x", "java17", "java8.al2", "go1.x", "provided.al2023", "dotnet8", "ruby3.2",
}

var functionVerbs = []string{
	"process", "handle", "send", "resize", "import", "export", "validate", "notify", "cleanup", "sync", "archive", "enrich", "rotate", "authorize", "score", "transform",
}

var functionNouns = []string{
	"order", "payment", "email", "image", "customer", "invoice", "event", "report", "webhook", "session", "feed", "record", "token", "shipment", "upload", "alert",
}

var bucketUses = []string{"assets", "uploads", "logs", "backups", "exports", "artifacts", "data", "raw", "reports", "images", "static", "archive", "tmp", "terraform-state"}

var tableUses = []string{"sessions", "events", "items", "audit", "locks", "tokens", "idempotency", "preferences", "jobs", "counters", "mappings"}

var queueUses = []string{"jobs", "events", "commands", "emails", "retry", "inbound", "outbound", "notifications", "imports"}

var legacyUses = []string{"WEB", "APP", "SQL", "FILE", "DC", "CITRIX", "PRINT", "SAP", "FTP", "MAIL"}
