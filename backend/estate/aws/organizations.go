package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// organizationsCollector lists the accounts of the organization. Only its management account and those that it delegates to may;
// for all others the listing is nothing that could be read.
func organizationsCollector() Collector {
	return everywhere("organizations", organizations.NewFromConfig, list(organizationAccounts, "AWS::Organizations::Account"))
}

// memberOnly: the account belongs to an organization that another one manages.
func memberOnly(ctx context.Context, r *run[*organizations.Client]) bool {
	out, err := r.api.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	return err == nil && out.Organization != nil && str(out.Organization.MasterAccountId) != r.Cell.AccountID
}

func organizationAccounts(ctx context.Context, r *run[*organizations.Client], token *string) (*string, error) {
	out, err := r.api.ListAccounts(ctx, &organizations.ListAccountsInput{NextToken: token})
	var none *types.AWSOrganizationsNotInUseException
	if errors.As(err, &none) {
		return nil, nil
	}
	if codeIsDenied(err) && memberOnly(ctx, r) {
		return nil, errNotHere
	}
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Accounts, func(ctx context.Context, a types.Account) error {
		tags := r.tags(ctx, str(a.Arn), func() (map[string]string, error) {
			out, err := r.api.ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: a.Id})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		i := r.item("AWS::Organizations::Account", str(a.Arn), str(a.Name), tags, a)
		i.Name = str(a.Name)
		parents, err := r.api.ListParents(ctx, &organizations.ListParentsInput{ChildId: a.Id})
		if r.detail(ctx, i, err) {
			for _, p := range parents.Parents {
				i.set("ParentId", str(p.Id))
			}
		}
		i.done()
		return nil
	})
}
