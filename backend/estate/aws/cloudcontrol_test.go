package aws_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws/awstest"
)

// TestCloudControlScripted rests on answers made from the service model: moto has no Cloud Control.
func TestCloudControlScripted(t *testing.T) {
	awstest.Env(t)
	const canary = "AWS::Synthetics::Canary"
	p := newProxy(t, nil)
	p.script = func(c call) (int, string) {
		if c.action != "ListResources" && c.action != "GetResource" {
			return 0, ""
		}
		var in struct{ TypeName, Identifier, NextToken string }
		if err := json.Unmarshal([]byte(c.body), &in); err != nil {
			return http.StatusBadRequest, `{"__type":"InvalidRequestException"}`
		}
		switch {
		case in.TypeName == "AWS::APS::Workspace":
			return http.StatusBadRequest, `{"__type":"TypeNotFoundException","message":"no such type"}`
		case in.TypeName == "AWS::GuardDuty::Detector":
			return http.StatusBadRequest, `{"__type":"AccessDeniedException","message":"made up by the test"}`
		case in.TypeName != canary:
			return http.StatusOK, `{"ResourceDescriptions":[]}`
		case c.action == "GetResource":
			return http.StatusOK, `{"TypeName":"` + canary + `","ResourceDescription":{"Identifier":"` + in.Identifier + `","Properties":` + quoted(`{"Name":"`+in.Identifier+
				`","ExecutionRoleArn":"arn:aws:iam::123456789012:role/app","VPCConfig":{"SubnetIds":["subnet-1"]},"AdminPassword":"hunter2","Tags":[{"Key":"Team","Value":"search"}]}`) + `}}`
		case in.NextToken == "":
			return http.StatusOK, `{"NextToken":"2","ResourceDescriptions":[{"Identifier":"login","Properties":"{}"}]}`
		}
		return http.StatusOK, `{"ResourceDescriptions":[{"Identifier":"checkout","Properties":"{}"}]}`
	}
	opts := through(p)
	opts.Services, opts.CloudControl = []string{"sqs"}, true
	s, report := scan(t, opts)
	require.Len(t, report.Findings, 1)
	require.Contains(t, report.Findings[0].Hint, "cloudformation:ListResources")
	cell := estate.Cell{AccountID: "123456789012", Region: "eu-west-1", Service: "cloudcontrol"}
	require.Len(t, s.cells[cell], 2, "both pages")
	require.False(t, s.complete[cell])
	require.Contains(t, s.listed[cell], canary)
	require.NotContains(t, s.listed[cell], "AWS::GuardDuty::Detector")
	r := s.cells[cell][0]
	require.Equal(t, canary, r.Type)
	require.Equal(t, "arn:aws:synthetics:eu-west-1:123456789012:canary:checkout", r.ARN, "as the tagging API spells it")
	require.Equal(t, "checkout", r.Name)
	require.Equal(t, "eu-west-1", r.Region)
	require.Equal(t, map[string]string{"Team": "search"}, r.Tags)
	require.Contains(t, r.Related, estate.Relation{Kind: "role", Target: "arn:aws:iam::123456789012:role/app"})
	require.Contains(t, r.Related, estate.Relation{Kind: "subnet", Target: "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1"})
	require.NotContains(t, r.Attributes, "AdminPassword")
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // text always can be written
	return string(b)
}
