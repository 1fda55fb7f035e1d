package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

func glueCollector() Collector {
	return regional("glue", glue.NewFromConfig,
		list(glueDatabases, "AWS::Glue::Database"), list(glueJobs, "AWS::Glue::Job"), list(crawlers, "AWS::Glue::Crawler"))
}

func glueTags(ctx context.Context, r *run[*glue.Client], arn string) map[string]string {
	return r.tags(ctx, arn, func() (map[string]string, error) {
		out, err := r.api.GetTags(ctx, &glue.GetTagsInput{ResourceArn: &arn})
		if err != nil {
			return nil, err
		}
		return out.Tags, nil
	})
}

// bucketOf relates to the bucket of an s3:// address.
func (i *item) bucketOf(kind, address string) *item {
	m := s3Address.FindStringSubmatch(address)
	if m == nil {
		return i
	}
	return i.to(kind, bucketARN(i.target.Partition, m[1]))
}

func glueDatabases(ctx context.Context, r *run[*glue.Client], token *string) (*string, error) {
	out, err := r.api.GetDatabases(ctx, &glue.GetDatabasesInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.DatabaseList, func(ctx context.Context, d types.Database) error {
		arn := r.arn("glue", "database/"+str(d.Name))
		d.Parameters = nil
		r.item("AWS::Glue::Database", arn, str(d.Name), glueTags(ctx, r, arn), d).bucketOf("data", str(d.LocationUri)).done()
		return nil
	})
}

// glueJobs leave out the arguments, which may hold anything.
func glueJobs(ctx context.Context, r *run[*glue.Client], token *string) (*string, error) {
	out, err := r.api.GetJobs(ctx, &glue.GetJobsInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Jobs, func(ctx context.Context, j types.Job) error {
		arn := r.arn("glue", "job/"+str(j.Name))
		j.DefaultArguments, j.NonOverridableArguments, j.CodeGenConfigurationNodes = nil, nil, nil
		i := r.item("AWS::Glue::Job", arn, str(j.Name), glueTags(ctx, r, arn), j)
		i.role(str(j.Role))
		if j.Command != nil {
			i.bucketOf("script", str(j.Command.ScriptLocation))
		}
		if j.Connections != nil {
			i.near("connection", "glue", "connection/", j.Connections.Connections...)
		}
		i.done()
		return nil
	})
}

func crawlers(ctx context.Context, r *run[*glue.Client], token *string) (*string, error) {
	out, err := r.api.GetCrawlers(ctx, &glue.GetCrawlersInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Crawlers, func(ctx context.Context, c types.Crawler) error {
		arn := r.arn("glue", "crawler/"+str(c.Name))
		c.LastCrawl, c.CrawlElapsedTime = nil, 0
		i := r.item("AWS::Glue::Crawler", arn, str(c.Name), glueTags(ctx, r, arn), c)
		i.role(str(c.Role)).near("database", "glue", "database/", str(c.DatabaseName))
		if c.Targets != nil {
			for _, t := range c.Targets.S3Targets {
				i.bucketOf("crawls", str(t.Path))
			}
			for _, t := range c.Targets.DynamoDBTargets {
				i.near("crawls", "dynamodb", "table/", str(t.Path))
			}
		}
		i.done()
		return nil
	})
}
