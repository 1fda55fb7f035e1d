package aws_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

func TestPolicy(t *testing.T) {
	want, err := aws.Policy()
	require.NoError(t, err)
	const path = "../../../docs/iam-policy.json"
	if *update {
		require.NoError(t, os.WriteFile(path, want, 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run `go generate ./backend/estate/aws`")

	parts, err := aws.PolicyParts()
	require.NoError(t, err)
	length := 0
	for n, part := range parts {
		path := fmt.Sprintf("../../../docs/iam-policy-%d.json", n+1)
		if *update {
			require.NoError(t, os.WriteFile(path, part, 0o644))
		}
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(part), string(got), "run `go generate ./backend/estate/aws`")
		var small bytes.Buffer
		require.NoError(t, json.Compact(&small, part))
		require.Less(t, small.Len(), 6144, "a managed policy is no longer")
		length += bytes.Count(part, []byte(":"))
	}
	require.Greater(t, length, bytes.Count(want, []byte(":")), "all of it is in the parts")

	// Every action of it is called by a scan with the tagging API or by one without, and no other call is made.
	awstest.Env(t)
	called := map[string]bool{}
	for _, tagging := range []bool{true, false} {
		_, report := whole(t, tagging)
		for action := range report.Calls {
			called[action] = true
		}
	}
	var actions []string
	for _, m := range regexp.MustCompile(`"([a-z0-9-]+:[A-Za-z0-9]+)"`).FindAllStringSubmatch(string(want), -1) {
		actions = append(actions, m[1])
		// Called by a member of an organization, see TestMemberOfAnOrganization, and on demand, see TestResourceExplorerScripted.
		if m[1] != "organizations:DescribeOrganization" && !strings.HasPrefix(m[1], "resource-explorer-2:") {
			assert.True(t, called[m[1]], "%s is allowed and never called", m[1])
		}
	}
	for action := range called {
		assert.True(t, slices.Contains(actions, action), "%s is called and not allowed", action)
	}
	var small bytes.Buffer
	require.NoError(t, json.Compact(&small, want))
	require.Less(t, small.Len(), 10240, "a role takes no longer policy of its own")
}
