// Package aws takes the inventory of AWS accounts: it asks each service, in each
// region, what is there. It only ever reads.
package aws

import (
	"context"
	"sort"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"

	"cloudops/backend/estate"
)

// Collector lists the resources of one service. One file a service.
type Collector interface {
	// Service is its name in a cell and in Options.Services: "ec2".
	Service() string
	// Global: one listing covers all regions.
	Global() bool
	// Types are the CloudFormation types that it lists in full, so that one which is not listed is not there.
	Types() []string
	// Collect emits every resource of the target's cell. After an error, what was emitted is only a part.
	Collect(ctx context.Context, t Target, emit func(estate.Resource)) error
}

// Target is where a collector looks, and with what.
type Target struct {
	Config    awssdk.Config // its region is the cell's, or for a global cell the partition's first
	Cell      estate.Cell
	Partition string // aws, aws-cn …
	PathStyle bool   // S3 buckets in the path, as other servers than AWS's want it
	// TagsKnown: the tagging API told this resource's tags, or told those of others of its type, so that it has none. The
	// scanner adds them; a collector need not ask for them resource by resource.
	TagsKnown func(arn string) bool
	// Note records what could not be asked while the listing goes on.
	Note func(err error)
	// Listed says that types were listed in full, for the case that Collect fails at another.
	Listed func(types ...string)
}

// collectors are all there are, in the order they are shown.
func collectors() []Collector {
	return []Collector{
		ec2Collector{}, autoscalingCollector(), elbCollector(), elbv2Collector(),
		ecsCollector(), eksCollector(), ecrCollector(), batchCollector(), apprunnerCollector(), lambdaCollector(),
		rdsCollector{}, dynamodbCollector{}, elasticacheCollector(), memorydbCollector(), opensearchCollector(), redshiftCollector(),
		s3Collector{}, efsCollector(), fsxCollector(), backupCollector(),
		stepfunctionsCollector(), eventbridgeCollector(), schedulerCollector(), sqsCollector(), snsCollector(),
		kinesisCollector(), firehoseCollector(), kafkaCollector(), mqCollector(),
		apigatewayCollector(), apigatewayv2Collector(), appsyncCollector(), cloudfrontCollector(), route53Collector(),
		acmCollector(), wafCollector(), wafGlobalCollector(), iamCollector(), kmsCollector(), secretsCollector(), ssmCollector(),
		userPoolCollector(), identityPoolCollector(),
		cloudwatchCollector(), dashboardCollector(), logsCollector(), cloudformationCollector(), codebuildCollector(), codepipelineCollector(),
		glueCollector(), athenaCollector(), emrCollector(), emrServerlessCollector(), sagemakerCollector(), transferCollector(), organizationsCollector(),
	}
}

// taggingService is the cell of what only the Resource Groups Tagging API tells.
const taggingService = "tagging"

// Services are the names that Options.Services may have.
func Services() []string {
	var names []string
	for _, c := range collectors() {
		names = append(names, c.Service())
	}
	return append(names, taggingService)
}

// arn builds the ARN of a resource in the target's account and region.
func (t Target) arn(service, resource string) string {
	return estate.ARN{
		Partition: t.Partition, Service: service, Region: t.Config.Region, AccountID: t.Cell.AccountID, Resource: resource,
	}.String()
}

// item is a resource in the making.
type item struct {
	estate.Resource
	target Target
	emit   func(estate.Resource)
	answer any // that the resource was started from
}

// newItem starts a resource: its region and account are the target's, its name is the Name tag, or else name.
func (t Target) newItem(cfnType, arn, name string, tags map[string]string, answer any) (*item, error) {
	attributes, err := attributesOf(answer)
	if err != nil {
		return nil, err
	}
	if tags == nil {
		tags = map[string]string{}
	}
	if tagged := tags["Name"]; tagged != "" {
		name = tagged
	}
	if name == "" {
		name = estate.NameOf(arn)
	}
	region := t.Config.Region
	if t.Cell.Region == estate.GlobalRegion {
		region = estate.GlobalRegion
	}
	return &item{answer: answer, Resource: estate.Resource{
		ARN: arn, Type: cfnType, Name: name, Region: region, AccountID: t.Cell.AccountID,
		Tags: tags, Attributes: attributes,
	}}, nil
}

// unseen says what a call that did not succeed would have added: attributes by their names, relations by their kinds, which begin with a
// small letter. Without any it is all that the answer does not hold which the resource was started from.
func (i *item) unseen(names ...string) {
	u := i.gaps()
	for _, name := range names {
		if name[0] >= 'a' {
			u.Relations = append(u.Relations, name)
		} else {
			u.Attributes = append(u.Attributes, name)
		}
	}
	if len(names) > 0 || u.Rest {
		return
	}
	u.Rest, u.Told = true, map[string]bool{}
	told, err := rawAttributes(i.answer)
	if err != nil {
		return // as newItem has said before
	}
	for name := range told {
		u.Told[name] = true
	}
}

func (i *item) gaps() *estate.Unseen {
	if i.Unseen == nil {
		i.Unseen = &estate.Unseen{}
	}
	return i.Unseen
}

// finish sorts the relations, so that the same resource always reads the same.
func (i *item) finish() estate.Resource {
	sort.Slice(i.Related, func(a, b int) bool {
		x, y := i.Related[a], i.Related[b]
		return x.Kind < y.Kind || x.Kind == y.Kind && x.Target < y.Target
	})
	return i.Resource
}

// relate adds a relation unless there is no target, or it is there already.
func (i *item) relate(kind, target string) *item {
	if target == "" || target == i.ARN {
		return i
	}
	rel := estate.Relation{Kind: kind, Target: target}
	for _, r := range i.Related {
		if r == rel {
			return i
		}
	}
	i.Related = append(i.Related, rel)
	return i
}

// relateID adds a relation to a resource of the target's account and region; resource is "vpc/" and the like.
func (i *item) relateID(t Target, kind, service, resource string, id *string) *item {
	if v := awssdk.ToString(id); v != "" {
		i.relate(kind, t.arn(service, resource+v))
	}
	return i
}

// relateARN adds a relation where the API answered an ARN; an alias or a plain id names nothing for certain.
func (i *item) relateARN(kind string, arn *string) *item {
	canonical, err := estate.CanonicalARN(awssdk.ToString(arn))
	if err != nil {
		return i
	}
	return i.relate(kind, canonical)
}
