package aws

import (
	"context"
	"errors"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"cloudops/backend/estate"
)

// s3Collector lists buckets. The list is one for all regions; everything else is asked bucket by bucket, in the
// bucket's own region.
type s3Collector struct{}

func (s3Collector) Service() string { return "s3" }
func (s3Collector) Global() bool    { return true }
func (s3Collector) Types() []string { return []string{"AWS::S3::Bucket"} }

func (s3Collector) Collect(ctx context.Context, t Target, emit func(estate.Resource)) error {
	c := &s3Listing{Target: t, clients: map[string]*s3.Client{}}
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		// 10,000 is the most that the API gives at once.
		out, err := c.client(t.Config.Region).ListBuckets(ctx, &s3.ListBucketsInput{ContinuationToken: token, MaxBuckets: awssdk.Int32(10000)})
		if err != nil {
			return nil, err
		}
		_, err = eachOf(ctx, out.Buckets, func(ctx context.Context, b types.Bucket) (struct{}, error) {
			r, err := c.bucket(ctx, b)
			if r != nil {
				emit(*r)
			}
			return struct{}{}, err
		})
		return out.ContinuationToken, err
	})
}

type s3Listing struct {
	Target
	mu      sync.Mutex
	clients map[string]*s3.Client // by region
}

func (c *s3Listing) client(region string) *s3.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	api, ok := c.clients[region]
	if !ok {
		api = s3.NewFromConfig(c.Config, func(o *s3.Options) {
			o.Region = region
			o.UsePathStyle = c.PathStyle
		})
		c.clients[region] = api
	}
	return api
}

// bucketFacts are what is asked of a bucket. A pointer or a string that is empty was not answered.
type bucketFacts struct {
	BucketArn                      string
	BucketRegion                   string
	CreationDate                   *time.Time
	PublicAccessBlockConfiguration *types.PublicAccessBlockConfiguration
	PublicAccessBlock              *bool  // all four settings are on
	Public                         *bool  // the bucket's policy makes it public
	Encryption                     string // AES256, aws:kms, aws:kms:dsse, or none
	KMSMasterKeyID                 *string
	BucketKeyEnabled               *bool
	Versioning                     string // Enabled, Suspended or Disabled
	MFADelete                      string
	LogsTo                         string // the bucket of the access logs
	related                        []estate.Relation
	unseen                         []string // what could not be asked: attributes, kinds of relations, "tags"
}

// factNames are all that is asked of a bucket in its own region.
var factNames = []string{
	"BucketRegion", "PublicAccessBlockConfiguration", "PublicAccessBlock", "Public", "Encryption", "KMSMasterKeyID", "BucketKeyEnabled", "Versioning", "MFADelete", "LogsTo",
	"kms-key", "logs-to", "role", "replicates-to", "notifies",
}

// bucket is nil for one that was deleted meanwhile.
func (c *s3Listing) bucket(ctx context.Context, b types.Bucket) (*estate.Resource, error) {
	name := awssdk.ToString(b.Name)
	region, err := c.region(ctx, b)
	if isGone(err) {
		return nil, nil
	}
	nowhere := err != nil
	if err = c.lesser(ctx, err); err != nil {
		return nil, err
	}
	f := bucketFacts{BucketArn: bucketARN(c.Partition, name), CreationDate: b.CreationDate, BucketRegion: region}
	var tags map[string]string
	if region != "" {
		tags, err = c.ask(ctx, c.client(region), b.Name, &f)
		if isGone(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
	}
	i, err := c.newItem("AWS::S3::Bucket", f.BucketArn, name, tags, f)
	if err != nil {
		return nil, err
	}
	if i.Region = region; region == "" {
		i.Region = estate.GlobalRegion
	}
	for _, name := range f.unseen {
		if name == "tags" {
			i.gaps().Tags = true
		} else {
			i.unseen(name)
		}
	}
	if nowhere { // and nothing else was asked
		i.unseen(factNames...)
		i.gaps().Region, i.gaps().Tags = true, true
	}
	i.target = c.Target
	i.target.Config.Region = region // a key that is named by its id is one of the bucket's region
	i.key(awssdk.ToString(f.KMSMasterKeyID))
	for _, rel := range f.related {
		i.to(rel.Kind, rel.Target)
	}
	r := i.finish()
	return &r, nil
}

func bucketARN(partition, name string) string {
	return estate.ARN{Partition: partition, Service: "s3", Resource: name}.String()
}

func isGone(err error) bool {
	var e smithy.APIError
	return errors.As(err, &e) && e.ErrorCode() == "NoSuchBucket"
}

// region is where the bucket is; older endpoints leave it out of the list. Empty: it could not be asked.
func (c *s3Listing) region(ctx context.Context, b types.Bucket) (string, error) {
	if r := awssdk.ToString(b.BucketRegion); r != "" {
		return r, nil
	}
	out, err := c.client(c.Config.Region).GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: b.Name})
	if err != nil {
		return "", err
	}
	switch out.LocationConstraint {
	case "": // the API's word for its first region
		return "us-east-1", nil
	case types.BucketLocationConstraintEu:
		return "eu-west-1", nil
	}
	return string(out.LocationConstraint), nil
}

// ask fills in the facts. An answer that says "there is none" is a fact; one that is denied is noted and left out.
func (c *s3Listing) ask(ctx context.Context, api *s3.Client, bucket *string, f *bucketFacts) (map[string]string, error) {
	tags := map[string]string{}
	for _, one := range []struct {
		none string   // the error code that says that there is none
		adds []string // as item.unseen has them, and "tags"
		ask  func() error
	}{
		{"NoSuchTagSet", []string{"tags"}, func() error {
			out, err := api.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: bucket})
			if err == nil {
				tags = tagsOf(out.TagSet, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
			}
			return err
		}},
		{"NoSuchPublicAccessBlockConfiguration", []string{"PublicAccessBlockConfiguration", "PublicAccessBlock"}, func() error {
			out, err := api.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: bucket})
			return f.publicAccess(out, err)
		}},
		{"ServerSideEncryptionConfigurationNotFoundError", []string{"Encryption", "KMSMasterKeyID", "BucketKeyEnabled", "kms-key"}, func() error {
			out, err := api.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: bucket})
			return f.encryption(out, err)
		}},
		{"", []string{"Versioning", "MFADelete"}, func() error {
			out, err := api.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: bucket})
			if err == nil {
				f.MFADelete = string(out.MFADelete)
				if f.Versioning = string(out.Status); f.Versioning == "" {
					f.Versioning = "Disabled"
				}
			}
			return err
		}},
		{"NoSuchBucketPolicy", []string{"Public"}, func() error {
			out, err := api.GetBucketPolicyStatus(ctx, &s3.GetBucketPolicyStatusInput{Bucket: bucket})
			if err == nil && out.PolicyStatus != nil {
				f.Public = out.PolicyStatus.IsPublic
			} else if hasCode(err, "NoSuchBucketPolicy") {
				f.Public = awssdk.Bool(false)
			}
			return err
		}},
		{"", []string{"LogsTo", "logs-to"}, func() error {
			out, err := api.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: bucket})
			if err == nil && out.LoggingEnabled != nil {
				f.LogsTo = awssdk.ToString(out.LoggingEnabled.TargetBucket)
				f.relate("logs-to", bucketARN(c.Partition, f.LogsTo))
			}
			return err
		}},
		{"ReplicationConfigurationNotFoundError", []string{"role", "replicates-to"}, func() error {
			out, err := api.GetBucketReplication(ctx, &s3.GetBucketReplicationInput{Bucket: bucket})
			return f.replication(out, err)
		}},
		{"", []string{"notifies"}, func() error {
			out, err := api.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: bucket})
			return f.notifications(out, err)
		}},
	} {
		err := one.ask()
		if one.none != "" && hasCode(err, one.none) {
			continue
		}
		if isGone(err) {
			return nil, err
		}
		if err != nil {
			f.unseen = append(f.unseen, one.adds...)
		}
		if err = c.lesser(ctx, err); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

func hasCode(err error, code string) bool {
	var e smithy.APIError
	return errors.As(err, &e) && e.ErrorCode() == code
}

func (f *bucketFacts) publicAccess(out *s3.GetPublicAccessBlockOutput, err error) error {
	if hasCode(err, "NoSuchPublicAccessBlockConfiguration") {
		f.PublicAccessBlock = awssdk.Bool(false)
	}
	if err != nil || out.PublicAccessBlockConfiguration == nil {
		return err
	}
	p := out.PublicAccessBlockConfiguration
	f.PublicAccessBlockConfiguration = p
	f.PublicAccessBlock = awssdk.Bool(awssdk.ToBool(p.BlockPublicAcls) && awssdk.ToBool(p.BlockPublicPolicy) &&
		awssdk.ToBool(p.IgnorePublicAcls) && awssdk.ToBool(p.RestrictPublicBuckets))
	return nil
}

func (f *bucketFacts) encryption(out *s3.GetBucketEncryptionOutput, err error) error {
	if hasCode(err, "ServerSideEncryptionConfigurationNotFoundError") {
		f.Encryption = "none"
	}
	if err != nil || out.ServerSideEncryptionConfiguration == nil {
		return err
	}
	for _, rule := range out.ServerSideEncryptionConfiguration.Rules {
		f.BucketKeyEnabled = rule.BucketKeyEnabled
		if d := rule.ApplyServerSideEncryptionByDefault; d != nil {
			f.Encryption, f.KMSMasterKeyID = string(d.SSEAlgorithm), d.KMSMasterKeyID
		}
	}
	return nil
}

func (f *bucketFacts) relate(kind, arn string) {
	f.related = append(f.related, estate.Relation{Kind: kind, Target: arn})
}

func (f *bucketFacts) replication(out *s3.GetBucketReplicationOutput, err error) error {
	if err != nil || out.ReplicationConfiguration == nil {
		return err
	}
	f.relate("role", awssdk.ToString(out.ReplicationConfiguration.Role))
	for _, rule := range out.ReplicationConfiguration.Rules {
		if rule.Destination != nil {
			f.relate("replicates-to", awssdk.ToString(rule.Destination.Bucket))
		}
	}
	return nil
}

func (f *bucketFacts) notifications(out *s3.GetBucketNotificationConfigurationOutput, err error) error {
	if err != nil {
		return err
	}
	for _, n := range out.LambdaFunctionConfigurations {
		f.relate("notifies", awssdk.ToString(n.LambdaFunctionArn))
	}
	for _, n := range out.QueueConfigurations {
		f.relate("notifies", awssdk.ToString(n.QueueArn))
	}
	for _, n := range out.TopicConfigurations {
		f.relate("notifies", awssdk.ToString(n.TopicArn))
	}
	return nil
}
