package aws

import (
	"context"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"cloudops/backend/estate"
)

func route53Collector() Collector {
	return everywhere("route53", route53.NewFromConfig, list(hostedZones, "AWS::Route53::HostedZone"), list(healthChecks, "AWS::Route53::HealthCheck"))
}

// maxRecords of a zone are kept as an attribute; relations are made from all.
const maxRecords = 500

func routeARN(t Target, resource string) string {
	return estate.ARN{Partition: t.Partition, Service: "route53", Resource: resource}.String()
}

func routeTags(ctx context.Context, r *run[*route53.Client], kind types.TagResourceType, id string) map[string]string {
	return r.tags(ctx, routeARN(r.Target, string(kind)+"/"+id), func() (map[string]string, error) {
		out, err := r.api.ListTagsForResource(ctx, &route53.ListTagsForResourceInput{ResourceType: kind, ResourceId: &id})
		if err != nil || out.ResourceTagSet == nil {
			return nil, err
		}
		return tagsOf(out.ResourceTagSet.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

func hostedZones(ctx context.Context, r *run[*route53.Client], token *string) (*string, error) {
	out, err := r.api.ListHostedZones(ctx, &route53.ListHostedZonesInput{Marker: token})
	if err != nil {
		return nil, err
	}
	behind := newHosts(r.Target)
	return out.NextMarker, each(ctx, r, out.HostedZones, func(ctx context.Context, z types.HostedZone) error {
		id := strings.TrimPrefix(str(z.Id), "/hostedzone/")
		z.CallerReference = nil
		i := r.item("AWS::Route53::HostedZone", routeARN(r.Target, "hostedzone/"+id), strings.TrimSuffix(str(z.Name), "."), routeTags(ctx, r, types.TagResourceTypeHostedzone, id), z)
		got, err := r.api.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: z.Id})
		if r.detail(ctx, i, err, "vpc", "NameServers") {
			for _, v := range got.VPCs {
				i.relate("vpc", estate.ARN{Partition: r.Partition, Service: "ec2", Region: string(v.VPCRegion), AccountID: r.Cell.AccountID, Resource: "vpc/" + str(v.VPCId)}.String())
			}
			if got.DelegationSet != nil {
				i.set("NameServers", anySlice(got.DelegationSet.NameServers))
			}
		}
		if all, err := records(ctx, r, behind, z.Id, i); r.detail(ctx, i, err, "Records", "alias-of") {
			i.set("Records", anySlice(all))
		}
		i.done()
		return nil
	})
}

// records are a zone's as text; it adds relations to what its aliases lead to.
func records(ctx context.Context, r *run[*route53.Client], behind *hosts, zone *string, i *item) ([]string, error) {
	var all []string
	in := &route53.ListResourceRecordSetsInput{HostedZoneId: zone, MaxItems: awssdk.Int32(300)}
	err := eachPage(ctx, func(ctx context.Context, _ *string) (*string, error) {
		out, err := r.api.ListResourceRecordSets(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, s := range out.ResourceRecordSets {
			all = append(all, record(ctx, r, behind, i, s))
		}
		if !out.IsTruncated {
			return nil, nil
		}
		// A page begins at a name, a type and an identifier; together they are the token.
		in.StartRecordName, in.StartRecordType, in.StartRecordIdentifier = out.NextRecordName, out.NextRecordType, out.NextRecordIdentifier
		return awssdk.String(str(in.StartRecordName) + "|" + string(in.StartRecordType) + "|" + str(in.StartRecordIdentifier)), nil
	})
	slices.Sort(all)
	if len(all) > maxRecords {
		all = all[:maxRecords]
	}
	return all, err
}

// record says a record as a zone file does.
func record(ctx context.Context, r *run[*route53.Client], behind *hosts, i *item, s types.ResourceRecordSet) string {
	said := strings.TrimSuffix(str(s.Name), ".") + " " + string(s.Type)
	if s.AliasTarget == nil {
		var values []string
		for _, v := range s.ResourceRecords {
			values = append(values, str(v.Value))
		}
		slices.Sort(values)
		return said + " " + strings.Join(values, " ")
	}
	host := strings.TrimSuffix(str(s.AliasTarget.DNSName), ".")
	arn, err := behind.alias(ctx, str(s.Name), host)
	if strings.HasSuffix(host, ".cloudfront.net") {
		arn, err = distributionOf(ctx, r, host)
	}
	r.detail(ctx, i, err, "alias-of")
	i.to("alias-of", arn)
	return said + " ALIAS " + host
}

// distributionOf is the distribution of the account that has the host; the distributions are listed once a run.
func distributionOf(ctx context.Context, r *run[*route53.Client], host string) (string, error) {
	if r.recall("distributions") == "" {
		api := cloudfront.NewFromConfig(r.Config)
		err := eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := api.ListDistributions(ctx, &cloudfront.ListDistributionsInput{Marker: token})
			if err != nil || out.DistributionList == nil {
				return nil, err
			}
			for _, d := range out.DistributionList.Items {
				r.remember(str(d.DomainName), str(d.ARN))
			}
			return out.DistributionList.NextMarker, nil
		})
		if err != nil {
			return "", err
		}
		r.remember("distributions", "listed")
	}
	return r.recall(host), nil
}

func healthChecks(ctx context.Context, r *run[*route53.Client], token *string) (*string, error) {
	out, err := r.api.ListHealthChecks(ctx, &route53.ListHealthChecksInput{Marker: token})
	if err != nil {
		return nil, err
	}
	return out.NextMarker, each(ctx, r, out.HealthChecks, func(ctx context.Context, h types.HealthCheck) error {
		h.CallerReference = nil
		tags := routeTags(ctx, r, types.TagResourceTypeHealthcheck, str(h.Id))
		r.item("AWS::Route53::HealthCheck", routeARN(r.Target, "healthcheck/"+str(h.Id)), str(h.Id), tags, h).done()
		return nil
	})
}
