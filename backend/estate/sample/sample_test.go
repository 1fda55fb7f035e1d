package sample_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/sample"
)

func TestSameForTheSameSeed(t *testing.T) {
	a, b := slices.Collect(sample.Generate(3000, 7)), slices.Collect(sample.Generate(3000, 7))
	require.Equal(t, a, b)
	c := slices.Collect(sample.Generate(3000, 8))
	require.NotEqual(t, a[10].ARN, c[10].ARN)

	later := slices.Collect(sample.GenerateAt(3000, 7, sample.Reference.Add(24*time.Hour)))
	for i := range a {
		require.Equal(t, a[i].Tags, later[i].Tags)
		if a[i].Type != "AWS::RDS::DBSnapshot" { // RDS names its own snapshots by date
			require.Equal(t, a[i].ARN, later[i].ARN)
		}
	}
}

func TestExactCount(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 2, 50, 299, 300, 2999} {
		require.Len(t, slices.Collect(sample.Generate(n, 1)), max(n, 0))
	}
	n := 0
	for range sample.Generate(1000, 1) {
		if n++; n == 10 {
			break
		}
	}
	require.Equal(t, 10, n, "a reader may stop")
}

func TestHangsTogether(t *testing.T) {
	for _, seed := range []int64{1, 2, 3, -4} {
		seen := map[string]bool{}
		types := map[string]int{}
		related := 0
		for r := range sample.Generate(12000, seed) {
			require.False(t, seen[r.ARN], "%s is there twice", r.ARN)
			canonical, err := estate.CanonicalARN(r.ARN)
			require.NoError(t, err)
			require.Equal(t, canonical, r.ARN)
			known, ok := estate.TypeOf(r.ARN)
			require.True(t, ok, r.ARN)
			require.Equal(t, r.Type, known, r.ARN)
			require.NotEmpty(t, r.Name)
			require.Len(t, r.AccountID, 12)
			require.NotEmpty(t, r.Region)
			for _, rel := range r.Related {
				require.True(t, seen[rel.Target], "%s: %s %q comes later or never", r.ARN, rel.Kind, rel.Target)
				require.NotEmpty(t, rel.Kind)
				related++
			}
			seen[r.ARN] = true
			types[r.Type]++
		}
		require.GreaterOrEqual(t, len(types), 50)
		require.Greater(t, related, 6000)
		for cfnType, n := range types {
			require.Less(t, n, 12000/4, "%s is a quarter of everything", cfnType)
		}
	}
}

func TestAttributesArePlainJSON(t *testing.T) {
	for r := range sample.Generate(5000, 5) {
		raw, err := json.Marshal(r.Attributes)
		require.NoError(t, err)
		var back map[string]any
		require.NoError(t, json.Unmarshal(raw, &back))
		require.Equal(t, back, r.Attributes, r.ARN)
	}
}

// TestHabits: what makes an estate believable is there, in moderation.
func TestHabits(t *testing.T) {
	const size = 10000
	counts := map[string]int{}
	envs, accounts, regions := map[string]bool{}, map[string]bool{}, map[string]bool{}
	soon := sample.Reference.Add(30 * 24 * time.Hour)
	for r := range sample.Generate(size, 42) {
		accounts[r.AccountID], regions[r.Region] = true, true
		if len(r.Tags) == 0 {
			counts["untagged"]++
		}
		for k, v := range r.Tags {
			if strings.HasPrefix(strings.ToLower(k), "env") || strings.EqualFold(k, "stage") {
				envs[v] = true
				counts["env key "+k]++
			}
		}
		a := r.Attributes
		for what, is := range map[string]bool{
			"open group":         a["IngressFromAnywhere"] == true,
			"public database":    a["PubliclyAccessible"] == true,
			"unencrypted volume": r.Type == "AWS::EC2::Volume" && a["Encrypted"] == false,
			"loose volume":       r.Type == "AWS::EC2::Volume" && a["Attached"] == false,
			"old runtime":        a["Runtime"] == "python3.7" || a["Runtime"] == "nodejs12.x",
			"no rotation":        a["RotationEnabled"] == false,
			"open bucket":        a["PublicAccessBlock"] == false,
			"stopped":            a["State"] == "stopped",
			"no retention":       r.Type == "AWS::Logs::LogGroup" && a["RetentionInDays"] == nil,
		} {
			if is {
				counts[what]++
			}
		}
		if until, ok := a["NotAfter"].(string); ok {
			end, err := time.Parse(time.RFC3339, until)
			require.NoError(t, err)
			if end.Before(soon) {
				counts["expiring certificate"]++
			}
		}
	}
	for _, what := range []string{
		"untagged", "open group", "public database", "unencrypted volume", "loose volume", "old runtime", "no rotation", "open bucket", "stopped", "no retention",
		"expiring certificate",
	} {
		require.Greater(t, counts[what], 3, what)
		require.Less(t, counts[what], size*45/100, what)
	}
	require.GreaterOrEqual(t, len(envs), 10, "spellings of environments: %v", envs)
	require.GreaterOrEqual(t, len(accounts), 8)
	require.GreaterOrEqual(t, len(regions), 3)
}

func BenchmarkGenerate(b *testing.B) {
	for range b.N {
		n := 0
		for range sample.Generate(100_000, 1) {
			n++
		}
		require.Equal(b, 100_000, n)
	}
}
