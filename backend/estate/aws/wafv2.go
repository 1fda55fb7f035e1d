package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"
)

// wafCollector lists the web ACLs of a region; those for CloudFront, which are everywhere, have a cell of their own.
func wafCollector() Collector {
	return regional("wafv2", wafv2.NewFromConfig, wafListings(types.ScopeRegional)...)
}

func wafGlobalCollector() Collector {
	return everywhere("wafv2-global", wafv2.NewFromConfig, wafListings(types.ScopeCloudfront)...)
}

func wafListings(scope types.Scope) []listing[*wafv2.Client] {
	return []listing[*wafv2.Client]{
		list(func(ctx context.Context, r *run[*wafv2.Client], token *string) (*string, error) {
			return webACLs(ctx, r, scope, token)
		}, "AWS::WAFv2::WebACL"),
		list(func(ctx context.Context, r *run[*wafv2.Client], token *string) (*string, error) {
			return ipSets(ctx, r, scope, token)
		}, "AWS::WAFv2::IPSet"),
		list(func(ctx context.Context, r *run[*wafv2.Client], token *string) (*string, error) {
			return ruleGroups(ctx, r, scope, token)
		}, "AWS::WAFv2::RuleGroup"),
	}
}

func wafTags(ctx context.Context, r *run[*wafv2.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		out, err := r.api.ListTagsForResource(ctx, &wafv2.ListTagsForResourceInput{ResourceARN: arn})
		if err != nil || out.TagInfoForResource == nil {
			return nil, err
		}
		return tagsOf(out.TagInfoForResource.TagList, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

// more is the token of the next page: WAF answers a marker with the last page too, which then leads to an empty one.
func more[T any](page []T, marker *string) *string {
	if len(page) == 0 {
		return nil
	}
	return marker
}

func webACLs(ctx context.Context, r *run[*wafv2.Client], scope types.Scope, token *string) (*string, error) {
	out, err := r.api.ListWebACLs(ctx, &wafv2.ListWebACLsInput{Scope: scope, NextMarker: token, Limit: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return more(out.WebACLs, out.NextMarker), each(ctx, r, out.WebACLs, func(ctx context.Context, s types.WebACLSummary) error {
		s.LockToken = nil
		i := r.item("AWS::WAFv2::WebACL", str(s.ARN), str(s.Name), wafTags(ctx, r, s.ARN), s)
		i.set("Scope", string(scope))
		got, err := r.api.GetWebACL(ctx, &wafv2.GetWebACLInput{Id: s.Id, Name: s.Name, Scope: scope})
		if r.detail(ctx, i, err, "Capacity", "Rules", "DefaultAction", "ip-set", "rule-group") && got.WebACL != nil {
			i.set("Capacity", float64(got.WebACL.Capacity))
			var rules []any
			for _, u := range got.WebACL.Rules {
				rules = append(rules, str(u.Name))
				if u.Statement != nil {
					wafParts(i, u.Statement)
				}
			}
			sortValues(rules)
			i.set("Rules", anySlice(rules))
			if a := got.WebACL.DefaultAction; a != nil {
				i.set("DefaultAction", map[bool]string{true: "Block", false: "Allow"}[a.Block != nil])
			}
		}
		if scope == types.ScopeRegional {
			protected, err := r.api.ListResourcesForWebACL(ctx, &wafv2.ListResourcesForWebACLInput{WebACLArn: s.ARN, ResourceType: types.ResourceTypeApplicationLoadBalancer})
			if r.detail(ctx, i, err, "protects") {
				i.to("protects", protected.ResourceArns...)
			}
		}
		i.done()
		return nil
	})
}

func wafParts(i *item, s *types.Statement) {
	if s.IPSetReferenceStatement != nil {
		i.to("ip-set", str(s.IPSetReferenceStatement.ARN))
	}
	if s.RuleGroupReferenceStatement != nil {
		i.to("rule-group", str(s.RuleGroupReferenceStatement.ARN))
	}
}

func ipSets(ctx context.Context, r *run[*wafv2.Client], scope types.Scope, token *string) (*string, error) {
	out, err := r.api.ListIPSets(ctx, &wafv2.ListIPSetsInput{Scope: scope, NextMarker: token, Limit: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return more(out.IPSets, out.NextMarker), each(ctx, r, out.IPSets, func(ctx context.Context, s types.IPSetSummary) error {
		s.LockToken = nil
		i := r.item("AWS::WAFv2::IPSet", str(s.ARN), str(s.Name), wafTags(ctx, r, s.ARN), s)
		got, err := r.api.GetIPSet(ctx, &wafv2.GetIPSetInput{Id: s.Id, Name: s.Name, Scope: scope})
		if r.detail(ctx, i, err) && got.IPSet != nil {
			addresses := got.IPSet.Addresses
			i.set("IPAddressVersion", string(got.IPSet.IPAddressVersion)).set("Addresses", anySlice(sorted(addresses)))
		}
		i.set("Scope", string(scope)).done()
		return nil
	})
}

func ruleGroups(ctx context.Context, r *run[*wafv2.Client], scope types.Scope, token *string) (*string, error) {
	out, err := r.api.ListRuleGroups(ctx, &wafv2.ListRuleGroupsInput{Scope: scope, NextMarker: token, Limit: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return more(out.RuleGroups, out.NextMarker), each(ctx, r, out.RuleGroups, func(ctx context.Context, s types.RuleGroupSummary) error {
		s.LockToken = nil
		r.item("AWS::WAFv2::RuleGroup", str(s.ARN), str(s.Name), wafTags(ctx, r, s.ARN), s).set("Scope", string(scope)).done()
		return nil
	})
}
