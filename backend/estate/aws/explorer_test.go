package aws_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
	"cloudops/backend/store/storetest"
)

// index answers for Resource Explorer, with shapes taken from its service model: moto has none. It is turned on in eu-west-1.
type index struct {
	mu     sync.Mutex
	named  []string // resources
	filter string   // of its views
	deny   string   // an action
}

const wholeViewARN = "arn:aws:resource-explorer-2:eu-west-1:123456789012:view/whole/1"

func (x *index) script(c call) (int, string) {
	if c.service != "resource-explorer-2" {
		return 0, ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	var in struct {
		NextToken, ViewArn string
		Filters            struct{ FilterString string }
	}
	_ = json.Unmarshal([]byte(c.body), &in)
	action := strings.TrimPrefix(c.action, "POST /")
	switch {
	case action == x.deny:
		return http.StatusForbidden, `{"__type":"AccessDeniedException","message":"made up by the test"}`
	case action == "ListIndexes" && c.region != "eu-west-1":
		return http.StatusOK, `{"Indexes":[]}`
	case action == "ListIndexes":
		return http.StatusOK, `{"Indexes":[{"Arn":"arn:aws:resource-explorer-2:eu-west-1:123456789012:index/1","Region":"eu-west-1","Type":"AGGREGATOR"}]}`
	case action == "ListViews":
		return http.StatusOK, `{"Views":["arn:aws:resource-explorer-2:eu-west-1:123456789012:view/narrow/1","` + wholeViewARN + `"]}`
	case action == "GetView" && in.ViewArn == wholeViewARN:
		return http.StatusOK, `{"View":{"ViewArn":"` + wholeViewARN + `","Filters":{"FilterString":"` + x.filter + `"},"IncludedProperties":[{"Name":"tags"}]}}`
	case action == "GetView":
		return http.StatusOK, `{"View":{"ViewArn":"` + in.ViewArn + `","Filters":{"FilterString":"service:ec2"}}}`
	case action == "ListResources" && in.ViewArn == wholeViewARN && in.Filters.FilterString == "region:eu-west-1":
		half := len(x.named) / 2
		if in.NextToken == "" {
			return http.StatusOK, fmt.Sprintf(`{"NextToken":"2","Resources":[%s]}`, strings.Join(x.named[:half], ","))
		}
		return http.StatusOK, fmt.Sprintf(`{"Resources":[%s]}`, strings.Join(x.named[half:], ","))
	}
	return http.StatusBadRequest, `{"__type":"ValidationException","message":"` + action + `"}`
}

// named is a resource as ListResources tells it.
func named(arn, region, owner, kind, tags string) string {
	return fmt.Sprintf(`{"Arn":%q,"Region":%q,"OwningAccountId":%q,"ResourceType":%q,"Service":"x","LastReportedAt":"2026-11-01T00:00:00Z","Properties":[{"Name":"tags","LastReportedAt":"2026-11-01T00:00:00Z","Data":[%s]}]}`,
		arn, region, owner, kind, tags)
}

// TestResourceExplorerScripted rests on answers made from the service model.
func TestResourceExplorerScripted(t *testing.T) {
	awstest.Env(t)
	const canary, place = "arn:aws:synthetics:eu-west-1:123456789012:canary:login", "arn:aws:geo:eu-west-1:123456789012:place-index/shops"
	x := &index{named: []string{
		named(canary, "eu-west-1", awstest.FirstAccount, "synthetics:canary", ""),
		named("arn:aws:sqs:eu-west-1:123456789012:jobs", "eu-west-1", awstest.FirstAccount, "sqs:queue", ""),
		named(place, "eu-west-1", awstest.FirstAccount, "geo:place-index", `{"Key":"Team","Value":"search"}`),
		named("arn:aws:geo:eu-west-1:999988887777:place-index/other", "eu-west-1", "999988887777", "geo:place-index", ""),
		named("arn:aws:geo:us-east-1:123456789012:place-index/far", "us-east-1", awstest.FirstAccount, "geo:place-index", ""),
	}}
	p := newProxy(t, nil)
	p.script = x.script
	s := estate.New(storetest.OpenWithoutModel(t, estate.Schemas()...).Store, estate.Options{})
	opts := through(p)
	opts.Services, opts.Regions, opts.ResourceExplorer = []string{"sqs", "s3", "tagging"}, []string{"eu-west-1", "ap-southeast-2"}, true
	look := func() (estate.Counts, aws.Report) {
		k, report, err := scanInto(t, s, opts)
		require.NoError(t, err)
		return k.counts, report
	}
	first, report := look()
	require.Equal(t, 1+2*2+1, report.CellsDone)
	for _, action := range []string{"GetView", "ListIndexes", "ListResources", "ListViews"} {
		require.Positive(t, report.Calls["resource-explorer-2:"+action])
	}
	require.Equal(t, []estate.Cell{{AccountID: awstest.FirstAccount, Region: "ap-southeast-2", Service: "resource-explorer"}}, report.Absent)
	require.Len(t, report.Findings, 1)
	require.Equal(t, aws.CodeNotOn, report.Findings[0].Code)
	require.Equal(t, "123456789012 ap-southeast-2 resource-explorer", report.Findings[0].Where)
	require.Contains(t, report.Findings[0].Hint, "Turn Resource Explorer on")
	got, err := s.Get(t.Context(), place)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"Team": "search"}, got.Tags)
	got, err = s.Get(t.Context(), canary)
	require.NoError(t, err)
	require.Equal(t, "AWS::Synthetics::Canary", got.Type)
	require.Equal(t, "eu-west-1", got.Region)
	got, err = s.Get(t.Context(), "arn:aws:sqs:eu-west-1:123456789012:jobs")
	require.NoError(t, err)
	require.NotEmpty(t, got.Attributes, "what the queue's own service says stays")

	unchanged := estate.Counts{Unchanged: first.Added}
	again, _ := look()
	require.Equal(t, unchanged, again)
	all := slices.Clone(x.named)
	for _, part := range []func(){
		func() { x.deny = "ListResources" },
		func() { x.deny, x.filter = "", "service:geo" }, // the view is not whole any more
		func() { x.filter, opts.ResourceExplorer = "", false },
	} {
		part()
		x.named = all[2:]
		less, report := look()
		require.Zero(t, less.Added+less.Changed+less.Removed)
		require.Equal(t, opts.ResourceExplorer, report.CellsFailed == 1)
		if x.deny != "" {
			hints := ""
			for _, f := range report.Findings {
				hints += f.Hint
			}
			require.Contains(t, hints, "Allow resource-explorer-2:ListResources")
		}
	}
	opts.ResourceExplorer = true
	last, _ := look()
	require.Equal(t, estate.Counts{Unchanged: first.Added - 1, Removed: 1}, last, "the canary alone is gone")
	_, err = s.Get(t.Context(), canary)
	require.Error(t, err)
}
