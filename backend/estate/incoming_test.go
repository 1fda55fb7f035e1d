package estate_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

// TestMoreRelationsThanAreShown: the answer says how many there are.
func TestMoreRelationsThanAreShown(t *testing.T) {
	const vpc, group, n = "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1", "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1", 1004
	resources := []estate.Resource{{ARN: vpc}, {ARN: group, Related: []estate.Relation{{Kind: "vpc", Target: vpc}}}}
	for i := range n {
		resources = append(resources, estate.Resource{
			ARN: fmt.Sprintf("arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-%d", i), Related: []estate.Relation{{Kind: "vpc", Target: vpc}, {Kind: "security-group", Target: group}},
		})
	}
	s, _, ctx := openWith(t, resources)
	of, err := s.Get(ctx, vpc)
	require.NoError(t, err)
	require.Len(t, of.Relations, 1000)
	require.EqualValues(t, n+1, of.Incoming)
	one, err := s.Get(ctx, resources[2].ARN)
	require.NoError(t, err)
	require.Len(t, one.Relations, 2)
	require.Zero(t, one.Incoming)
	few, err := s.Get(ctx, group)
	require.NoError(t, err)
	require.EqualValues(t, n, few.Incoming)
}
