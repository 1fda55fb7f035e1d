package aws

import (
	"context"
	"net/url"
	"strconv"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"cloudops/backend/estate"
)

// iamCollector reads users, groups, roles and own policies in one listing that AWS made for this, in place of several calls
// for each of them.
func iamCollector() Collector {
	return everywhere("iam", iam.NewFromConfig,
		list(iamDetails, "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"),
		list(accessKeyUsers, "AWS::IAM::AccessKey"),
		list(instanceProfiles, "AWS::IAM::InstanceProfile"),
		list(oidcProviders, "AWS::IAM::OIDCProvider"),
		list(accountAliases, accountAlias))
}

func iamTags(tags []types.Tag) map[string]string {
	return tagsOf(tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
}

// roleWords remembers what is said of roles in their own listing alone.
func roleWords(ctx context.Context, r *run[*iam.Client]) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.api.ListRoles(ctx, &iam.ListRolesInput{Marker: token, MaxItems: awssdk.Int32(1000)})
		if err != nil {
			r.remember("roles", "unseen")
			return nil, r.lesser(ctx, err)
		}
		for _, role := range out.Roles {
			r.remember("description "+str(role.Arn), str(role.Description))
			r.remember("session "+str(role.Arn), strconv.Itoa(int(awssdk.ToInt32(role.MaxSessionDuration))))
		}
		if !out.IsTruncated {
			return nil, nil
		}
		return out.Marker, nil
	})
}

func iamDetails(ctx context.Context, r *run[*iam.Client], token *string) (*string, error) {
	if token == nil {
		if err := roleWords(ctx, r); err != nil {
			return nil, err
		}
	}
	out, err := r.api.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{
		Marker: token, MaxItems: awssdk.Int32(1000),
		Filter: []types.EntityType{types.EntityTypeUser, types.EntityTypeGroup, types.EntityTypeRole, types.EntityTypeLocalManagedPolicy},
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, r, out.UserDetailList, func(ctx context.Context, u types.UserDetail) error {
		iamUser(ctx, r, u)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, g := range out.GroupDetailList {
		i := r.item("AWS::IAM::Group", str(g.Arn), str(g.GroupName), nil, struct {
			GroupID, GroupName, Path string
			CreateDate               any
			InlinePolicies           any
		}{str(g.GroupId), str(g.GroupName), str(g.Path), g.CreateDate, inlineNames(g.GroupPolicyList)})
		policies(i, g.AttachedManagedPolicies)
		i.done()
	}
	for _, role := range out.RoleDetailList {
		iamRole(r, role)
	}
	for _, p := range out.Policies {
		p.PolicyVersionList, p.UpdateDate = nil, nil
		i := r.item("AWS::IAM::ManagedPolicy", str(p.Arn), str(p.PolicyName), nil, p)
		i.Attributes["AttachmentCount"] = float64(awssdk.ToInt32(p.AttachmentCount))
		i.done()
	}
	if !out.IsTruncated {
		return nil, nil
	}
	return out.Marker, nil
}

func inlineNames(list []types.PolicyDetail) any {
	var names []string
	for _, p := range list {
		names = append(names, str(p.PolicyName))
	}
	return anySlice(names)
}

func policies(i *item, attached []types.AttachedPolicy) {
	for _, p := range attached {
		i.to("policy", str(p.PolicyArn))
	}
}

// iamUser adds what people ask about users first: whether they have a second factor and may sign in to the console.
func iamUser(ctx context.Context, r *run[*iam.Client], u types.UserDetail) {
	i := r.item("AWS::IAM::User", str(u.Arn), str(u.UserName), iamTags(u.Tags), struct {
		UserID, UserName, Path string
		CreateDate             any
		InlinePolicies         any
	}{str(u.UserId), str(u.UserName), str(u.Path), u.CreateDate, inlineNames(u.UserPolicyList)})
	policies(i, u.AttachedManagedPolicies)
	for _, g := range u.GroupList {
		i.relate("group", i.target.iamARN("group/"+g))
	}
	if u.PermissionsBoundary != nil {
		i.to("permissions-boundary", str(u.PermissionsBoundary.PermissionsBoundaryArn))
	}
	mfa, err := r.api.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: u.UserName})
	if r.detail(ctx, i, err, "MFA", "MFADevices") {
		i.set("MFA", len(mfa.MFADevices) > 0).set("MFADevices", float64(len(mfa.MFADevices)))
	}
	// That there is no profile is the answer for a user who cannot sign in to the console.
	_, err = r.api.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: u.UserName})
	if r.detail(ctx, i, err, "ConsoleAccess") || deleted(err) {
		i.set("ConsoleAccess", err == nil)
	}
	i.done()
}

// iamARN is that of something in the account's IAM.
func (t Target) iamARN(resource string) string {
	return "arn:" + t.Partition + ":iam::" + t.Cell.AccountID + ":" + resource
}

func iamRole(r *run[*iam.Client], d types.RoleDetail) {
	trust, err := url.QueryUnescape(str(d.AssumeRolePolicyDocument))
	if err != nil {
		trust = str(d.AssumeRolePolicyDocument)
	}
	i := r.item("AWS::IAM::Role", str(d.Arn), str(d.RoleName), iamTags(d.Tags), struct {
		RoleID, RoleName, Path   string
		CreateDate               any
		AssumeRolePolicyDocument string
		InlinePolicies           any
	}{str(d.RoleId), str(d.RoleName), str(d.Path), d.CreateDate, trust, inlineNames(d.RolePolicyList)})
	policies(i, d.AttachedManagedPolicies)
	if d.PermissionsBoundary != nil {
		i.to("permissions-boundary", str(d.PermissionsBoundary.PermissionsBoundaryArn))
	}
	if r.recall("roles") != "" {
		i.unseen("Description", "MaxSessionDuration")
	}
	i.set("Description", r.recall("description "+str(d.Arn)))
	if seconds, err := strconv.Atoi(r.recall("session " + str(d.Arn))); err == nil && seconds > 0 {
		i.set("MaxSessionDuration", float64(seconds))
	}
	i.to("trusts", arnsIn(trust)...).done()
}

func instanceProfiles(ctx context.Context, r *run[*iam.Client], token *string) (*string, error) {
	out, err := r.api.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{Marker: token, MaxItems: awssdk.Int32(1000)})
	if err != nil {
		return nil, err
	}
	for _, p := range out.InstanceProfiles {
		roles := p.Roles
		p.Roles = nil
		i := r.item("AWS::IAM::InstanceProfile", str(p.Arn), str(p.InstanceProfileName), iamTags(p.Tags), p)
		for _, role := range roles {
			i.to("role", str(role.Arn))
		}
		i.done()
	}
	if !out.IsTruncated {
		return nil, nil
	}
	return out.Marker, nil
}

func oidcProviders(ctx context.Context, r *run[*iam.Client], _ *string) (*string, error) {
	out, err := r.api.ListOpenIDConnectProviders(ctx, &iam.ListOpenIDConnectProvidersInput{})
	if err != nil {
		return nil, err
	}
	return nil, each(ctx, r, out.OpenIDConnectProviderList, func(ctx context.Context, p types.OpenIDConnectProviderListEntry) error {
		got, err := r.api.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: p.Arn})
		if err != nil {
			return err
		}
		r.item("AWS::IAM::OIDCProvider", str(p.Arn), str(got.Url), iamTags(got.Tags), got).done()
		return nil
	})
}

// accountAlias is no type of CloudFormation's; the alias is what people call the account by where no organization names it.
const accountAlias = "AWS::IAM::AccountAlias"

func accountAliases(ctx context.Context, r *run[*iam.Client], token *string) (*string, error) {
	out, err := r.api.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{Marker: token})
	if err != nil {
		return nil, err
	}
	for _, alias := range out.AccountAliases {
		r.item(accountAlias, estate.MadeARN(r.Partition, "", r.Cell.AccountID, accountAlias, alias), alias, nil, struct{}{}).done()
	}
	if !out.IsTruncated {
		return nil, nil
	}
	return out.Marker, nil
}
