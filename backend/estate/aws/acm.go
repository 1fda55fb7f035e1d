package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"
)

func acmCollector() Collector {
	return regional("acm", acm.NewFromConfig, list(certificates, "AWS::CertificateManager::Certificate"))
}

// keyTypes are all that there are: without them, ACM lists RSA keys of two lengths only.
var keyTypes = types.KeyAlgorithm("").Values()

func certificates(ctx context.Context, r *run[*acm.Client], token *string) (*string, error) {
	out, err := r.api.ListCertificates(ctx, &acm.ListCertificatesInput{
		NextToken: token, MaxItems: awssdk.Int32(1000), Includes: &types.Filters{KeyTypes: keyTypes},
	})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.CertificateSummaryList, func(ctx context.Context, s types.CertificateSummary) error {
		got, err := r.api.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: s.CertificateArn})
		if err != nil {
			return err
		}
		c := got.Certificate
		tags := r.tags(ctx, str(c.CertificateArn), func() (map[string]string, error) {
			out, err := r.api.ListTagsForCertificate(ctx, &acm.ListTagsForCertificateInput{CertificateArn: s.CertificateArn})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		used := c.InUseBy
		i := r.item("AWS::CertificateManager::Certificate", str(c.CertificateArn), str(c.DomainName), tags, c)
		i.Attributes["InUse"] = len(used) > 0
		i.to("used-by", used...).to("certificate-authority", str(c.CertificateAuthorityArn)).done()
		return nil
	})
}
