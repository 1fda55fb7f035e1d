package aws

import (
	"context"
	"regexp"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

func cloudfrontCollector() Collector {
	return everywhere("cloudfront", cloudfront.NewFromConfig, list(distributions, "AWS::CloudFront::Distribution"))
}

// bucketHost is the host of a bucket as an origin: NAME.s3.amazonaws.com, NAME.s3.REGION…, NAME.s3-website-REGION….
var bucketHost = regexp.MustCompile(`^(.+)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$`)

// distributions leave out the origins' headers: a shared secret often is one.
func distributions(ctx context.Context, r *run[*cloudfront.Client], token *string) (*string, error) {
	out, err := r.api.ListDistributions(ctx, &cloudfront.ListDistributionsInput{Marker: token})
	if err != nil {
		return nil, err
	}
	if out.DistributionList == nil {
		return nil, nil
	}
	behind := newHosts(r.Target)
	return out.DistributionList.NextMarker, each(ctx, r, out.DistributionList.Items, func(ctx context.Context, d types.DistributionSummary) error {
		tags := r.tags(ctx, str(d.ARN), func() (map[string]string, error) {
			out, err := r.api.ListTagsForResource(ctx, &cloudfront.ListTagsForResourceInput{Resource: d.ARN})
			if err != nil || out.Tags == nil {
				return nil, err
			}
			return tagsOf(out.Tags.Items, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		name := str(d.DomainName)
		if d.Aliases != nil && len(d.Aliases.Items) > 0 {
			name = d.Aliases.Items[0]
		}
		i := r.item("AWS::CloudFront::Distribution", str(d.ARN), name, tags, d)
		if d.Origins != nil {
			for _, o := range d.Origins.Items {
				if m := bucketHost.FindStringSubmatch(str(o.DomainName)); m != nil {
					i.to("origin", bucketARN(r.Partition, m[1]))
					continue
				}
				arn, err := behind.balancer(ctx, str(o.DomainName))
				r.detail(ctx, i, err, "origin")
				i.to("origin", arn)
			}
		}
		if c := d.ViewerCertificate; c != nil {
			i.to("certificate", str(c.ACMCertificateArn))
		}
		if b := d.DefaultCacheBehavior; b != nil && b.LambdaFunctionAssociations != nil {
			for _, f := range b.LambdaFunctionAssociations.Items {
				i.to("calls", str(f.LambdaFunctionARN))
			}
		}
		i.set("Enabled", awssdk.ToBool(d.Enabled)).to("web-acl", str(d.WebACLId)).done()
		return nil
	})
}
