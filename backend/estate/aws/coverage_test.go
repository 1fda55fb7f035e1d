package aws_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

var coverageRow = regexp.MustCompile(`(?m)^\| ([a-z0-9-]*) \| (AWS::\w+::\w+) \| ([^|]+) \|$`)

// TestEveryTypeIsInEveryPlace: docs/coverage.md names each type that a collector lists, and of each that it calls tested with moto one was made
// in both accounts and, unless it is global, in the three regions of each. TestScanFindsEverything finds all that was made.
func TestEveryTypeIsInEveryPlace(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/coverage.md")
	require.NoError(t, err)
	global := aws.GlobalServices()
	held := map[string]map[string]bool{} // by type, then account and region
	for _, m := range made {
		if held[m.Type] == nil {
			held[m.Type] = map[string]bool{}
		}
		held[m.Type][m.Account+" "+m.Region] = true
	}
	documented, service := map[string][]string{}, ""
	for _, row := range coverageRow.FindAllStringSubmatch(string(raw), -1) {
		if row[1] != "" {
			service = row[1]
		}
		cfnType := row[2]
		documented[service] = append(documented[service], cfnType)
		if !strings.HasPrefix(row[3], "moto") {
			continue
		}
		for _, account := range []string{awstest.FirstAccount, awstest.SecondAccount} {
			regions := awstest.Regions
			if global[service] && service != "s3" { // buckets are listed at once, and each is in a region
				regions = []string{estate.GlobalRegion}
			}
			for _, region := range regions {
				assert.True(t, held[cfnType][account+" "+region], "%s of %s was not made in %s %s", cfnType, service, account, region)
			}
		}
	}
	listed := aws.Types()
	for _, service := range slices.Sorted(maps.Keys(listed)) {
		assert.ElementsMatch(t, listed[service], documented[service], "docs/coverage.md says of %s", service)
	}
	assert.Len(t, documented, len(listed))
}
