package aws

import (
	"context"
	"regexp"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"cloudops/backend/estate"
)

func ecrCollector() Collector {
	return regional("ecr", ecr.NewFromConfig, list(repositories, "AWS::ECR::Repository"))
}

func repositories(ctx context.Context, r *run[*ecr.Client], token *string) (*string, error) {
	out, err := r.api.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Repositories, func(ctx context.Context, p types.Repository) error {
		tags := r.tags(ctx, str(p.RepositoryArn), func() (map[string]string, error) {
			out, err := r.api.ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: p.RepositoryArn})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		i := r.item("AWS::ECR::Repository", str(p.RepositoryArn), str(p.RepositoryName), tags, p)
		if p.EncryptionConfiguration != nil {
			i.key(str(p.EncryptionConfiguration.KmsKey))
		}
		i.done()
		return nil
	})
}

// imageURI is a container image in ECR: account, region, repository.
var imageURI = regexp.MustCompile(`^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)`)

// image relates to the repository that a container image is from, if it is one of ECR's.
func (i *item) image(uri string) *item {
	m := imageURI.FindStringSubmatch(uri)
	if m == nil {
		return i
	}
	return i.relate("image", estate.ARN{
		Partition: i.target.Partition, Service: "ecr", Region: m[2], AccountID: m[1], Resource: "repository/" + m[3],
	}.String())
}
