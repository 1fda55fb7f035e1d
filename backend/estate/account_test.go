package estate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

func TestAccountNames(t *testing.T) {
	s, _, ctx := open(t)
	alias := func(account, name string) estate.Resource {
		return estate.Resource{
			ARN: estate.MadeARN("aws", "", account, "AWS::IAM::AccountAlias", name), Type: "AWS::IAM::AccountAlias", Name: name, Region: estate.GlobalRegion, AccountID: account,
		}
	}
	_, err := s.ApplyCell(ctx, estate.Cell{AccountID: accountA, Region: estate.GlobalRegion, Service: "iam"}, []estate.Resource{
		alias(accountA, "shop-main"), alias(accountB, "shop-pay"),
	}, true)
	require.NoError(t, err)
	organization := estate.Cell{AccountID: accountA, Region: estate.GlobalRegion, Service: "organizations"}
	paying := estate.Resource{
		ARN: "arn:aws:organizations::" + accountA + ":account/o-abc/" + accountB, Type: "AWS::Organizations::Account", Name: "Payments production",
		Region: estate.GlobalRegion, AccountID: accountA,
	}
	_, err = s.ApplyCell(ctx, organization, []estate.Resource{paying}, true)
	require.NoError(t, err)
	names, err := s.AccountNames(ctx)
	require.NoError(t, err)
	require.Equal(t, map[string]string{accountA: "shop-main", accountB: "Payments production"}, names)
}

// TestIncompleteLookRemovesOnlyWhatItListed: of the types that a look showed in full, what it did not show is gone; of others nothing is.
func TestIncompleteLookRemovesOnlyWhatItListed(t *testing.T) {
	s, _, ctx := open(t)
	cell := estate.Cell{AccountID: accountA, Region: "eu-west-1", Service: "ec2"}
	at := "arn:aws:ec2:eu-west-1:" + accountA + ":"
	_, err := s.ApplyCell(ctx, cell, []estate.Resource{
		{ARN: at + "vpc/vpc-1", Name: "a"}, {ARN: at + "vpc/vpc-2", Name: "b"}, {ARN: at + "volume/vol-1", Name: "c"},
	}, true)
	require.NoError(t, err)
	counts, err := s.ApplyCell(ctx, cell, []estate.Resource{{ARN: at + "vpc/vpc-1", Name: "a"}}, false, "AWS::EC2::VPC")
	require.NoError(t, err)
	require.Equal(t, 1, counts.Removed)
	var left []string
	require.NoError(t, s.All(ctx, nil, func(i estate.Item) error { left = append(left, i.ARN); return nil }))
	require.Equal(t, []string{at + "volume/vol-1", at + "vpc/vpc-1"}, left)
}
