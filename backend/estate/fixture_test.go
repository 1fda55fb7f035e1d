package estate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

const (
	accountA = "210987654321"
	accountB = "345678901234"
)

func attributes(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// fixture is a small estate in which every query of these tests has something to find and something to leave out.
func fixture() []estate.Resource {
	arn := func(service, region, account, resource string) string {
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, account, resource)
	}
	vpc := arn("ec2", "eu-west-1", accountA, "vpc/vpc-0aa11bb22cc33dd44")
	sg := arn("ec2", "eu-west-1", accountA, "security-group/sg-0123456789abcdef0")
	web := arn("ec2", "eu-west-1", accountA, "instance/i-0f1e2d3c4b5a69788")
	tags := func(kv ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	return []estate.Resource{
		{ARN: vpc, Name: "core-network", Tags: tags("Environment", "production")},
		{ARN: sg, Name: "warehouse-web", Tags: tags("Environment", "production"), Attributes: attributes("IngressFromAnywhere", true),
			Related: []estate.Relation{{Kind: "vpc", Target: vpc}}},
		{ARN: web, Name: "warehouse-web-1", Tags: tags("Environment", "prd", "Team", "Logistics"), Attributes: attributes(
			"State", map[string]any{"Name": "running", "Code": 16}, "InstanceType", "m6g.large", "PrivateIpAddress", "10.20.30.40", "LaunchTime", "2024-02-03T04:05:06Z"),
			Related: []estate.Relation{{Kind: "vpc", Target: vpc}, {Kind: "security-group", Target: sg}}},
		{ARN: arn("ec2", "us-east-1", accountB, "instance/i-0000000000000aaaa"), Name: "warehouse-web-2", Tags: tags("env", "dev", "team", "logistics"),
			Attributes: attributes("State", "stopped", "InstanceType", "t3.medium", "PublicIpAddress", "203.0.113.7", "PrivateIpAddress", "10.9.9.9")},
		{ARN: arn("rds", "eu-west-1", accountA, "db:warehouse-orders"), Name: "warehouse-orders", Tags: tags("Environment", "production", "Owner", "logistics@example.com"),
			Attributes: attributes("Engine", "postgres", "EngineVersion", "15.4", "DBInstanceClass", "db.r6g.large", "PubliclyAccessible", false, "StorageEncrypted", true,
				"MultiAZ", true, "AllocatedStorage", 600, "Endpoint", map[string]any{"Address": "warehouse-orders.abc123.eu-west-1.rds.amazonaws.com", "Port": 5432})},
		{ARN: arn("rds", "us-east-1", accountB, "db:returns"), Name: "returns", Tags: tags("Stage", "staging"),
			Attributes: attributes("Engine", "mysql", "EngineVersion", "8.0.35", "PubliclyAccessible", true, "StorageEncrypted", false, "AllocatedStorage", 20)},
		{ARN: arn("rds", "us-east-1", accountB, "cluster:catalog"), Name: "catalog", Tags: tags("Stage", "uat"), Attributes: attributes("Engine", "aurora-postgresql", "EngineVersion", "14.9")},
		{ARN: arn("dynamodb", "eu-west-1", accountA, "table/prod-carts"), Attributes: attributes("BillingMode", "PAY_PER_REQUEST")},
		{ARN: "arn:aws:s3:::warehouse-labels", Name: "warehouse-labels", Region: "eu-west-1", AccountID: accountA, Tags: tags("Environment", "Live"),
			Attributes: attributes("PublicAccessBlock", false, "Encryption", "AES256", "Versioning", "Suspended")},
		{ARN: "arn:aws:s3:::live-chat", Region: "us-east-1", AccountID: accountB, Tags: tags("env", "test"), Attributes: attributes("PublicAccessBlock", true, "Versioning", "Enabled")},
		{ARN: arn("lambda", "us-east-1", accountB, "function:live-chat-notify-dev"), Attributes: attributes("Runtime", "python3.9", "MemorySize", 1536), Tags: tags("Team", "messaging")},
		{ARN: arn("lambda", "eu-west-1", accountA, "function:label-printer"), Tags: tags("Environment", "production", "Team", "logistics"),
			Attributes: attributes("Runtime", "nodejs20.x", "MemorySize", 256, "Environment", map[string]any{"Variables": map[string]any{"TOKEN": "hunter2hunter2"}})},
		{ARN: arn("sqs", "eu-west-1", accountA, "parcel-events.fifo"), Tags: tags("Environment", "production"), Attributes: attributes("FifoQueue", true)},
		{ARN: arn("secretsmanager", "eu-west-1", accountA, "secret:carrier-token-a1B2c3"), Name: "carrier-token", Tags: tags("Environment", "production"), Attributes: attributes("RotationEnabled", false)},
		{ARN: arn("ec2", "eu-west-1", accountA, "volume/vol-0aaaabbbbccccdddd"), Name: "old-data", Attributes: attributes("State", "available", "Size", 800, "VolumeType", "gp2", "Encrypted", false)},
		{ARN: arn("ec2", "eu-west-1", accountA, "volume/vol-0aaaabbbbcccceeee"), Name: "boot", Attributes: attributes("State", "in-use", "Size", 8, "VolumeType", "gp3", "Encrypted", true),
			Related: []estate.Relation{{Kind: "attached-to", Target: web}}},
		{ARN: arn("acm", "us-east-1", accountA, "certificate/0a1b2c3d-1111-2222-3333-444455556666"), Name: "shop.example.com", Attributes: attributes("DomainName", "shop.example.com", "NotAfter", "2026-12-20T00:00:00Z")},
		{ARN: arn("logs", "eu-west-1", accountA, "log-group:/aws/lambda/label-printer"), Tags: tags("Environment", "production")},
		{ARN: arn("eks", "eu-west-1", accountA, "cluster/fleet"), Tags: tags("Environment", "qa"), Attributes: attributes("Version", "1.29", "Status", "ACTIVE")},
	}
}

// clock stands still on a Monday.
func clock() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func open(t *testing.T) (*estate.Service, *storetest.Env, context.Context) {
	t.Helper()
	env := storetest.OpenWithoutModel(t, estate.Schemas()...)
	return estate.New(env.Store, estate.Options{Now: clock}), env, storetest.Context(t)
}

func openWith(t *testing.T, resources []estate.Resource) (*estate.Service, *storetest.Env, context.Context) {
	t.Helper()
	s, env, ctx := open(t)
	counts, err := s.Upsert(ctx, resources)
	require.NoError(t, err)
	require.Equal(t, len(resources), counts.Added)
	settle(t, env)
	return s, env, ctx
}

// settle waits until the index holds everything.
func settle(t *testing.T, env *storetest.Env) {
	t.Helper()
	require.Eventually(t, func() bool { return env.Store.Pending(store.Estate)+env.Store.Pending(store.Changes) == 0 }, time.Minute, 5*time.Millisecond)
}

func names(hits []estate.Hit) []string {
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = h.Name
	}
	return out
}
