package aws

import (
	"context"
	"slices"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"cloudops/backend/estate"
)

// tagged is what the tagging API told about a region: the tags of everything that is or ever was tagged, by canonical ARN.
type tagged struct {
	byARN map[string]map[string]string
	kinds map[string]bool // of which it named at least one resource
	err   error           // the listing is a part, or nothing
}

// kindOf is an ARN's type, or for one that the table does not have, its service.
func kindOf(arn string) string {
	if cfnType, ok := estate.TypeOf(arn); ok {
		return cfnType
	}
	a, _ := estate.ParseARN(arn) // what is none is of no kind
	return a.Service
}

// know tells whether a resource's tags are known: they were told, or it has none where those of others of its kind were. Of a kind
// that was not named at all, the tagging API may know nothing.
func (g tagged) know(arn string) bool {
	canonical, err := estate.CanonicalARN(arn)
	if g.err != nil || err != nil {
		return false
	}
	_, told := g.byARN[canonical]
	return told || g.kinds[kindOf(canonical)]
}

// listTagged asks the Resource Groups Tagging API.
func listTagged(ctx context.Context, t Target) tagged {
	api := tagging.NewFromConfig(t.Config)
	all := tagged{byARN: map[string]map[string]string{}, kinds: map[string]bool{}}
	all.err = eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := api.GetResources(ctx, &tagging.GetResourcesInput{PaginationToken: token, ResourcesPerPage: awssdk.Int32(100)})
		if err != nil {
			return nil, err
		}
		for _, m := range out.ResourceTagMappingList {
			arn, err := estate.CanonicalARN(awssdk.ToString(m.ResourceARN))
			if err != nil {
				t.Note(err)
				continue
			}
			all.kinds[kindOf(arn)] = true
			all.byARN[arn] = tagsOf(m.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
		}
		return out.PaginationToken, nil
	})
	return all
}

// rest turns what no collector reported into resources of which only the tags are known. covered says which types a
// collector has listed in full: what it did not see is gone, whatever the tagging API remembers.
func (g tagged) rest(t Target, seen map[string]bool, covered map[string]bool) []estate.Resource {
	var out []estate.Resource
	for arn, tags := range g.byARN {
		cfnType, _ := estate.TypeOf(arn)
		if seen[arn] || covered[cfnType] || taggedRegion(arn, t) == estate.GlobalRegion && t.Config.Region != homeRegion(t.Partition) {
			continue // what is global belongs to one cell, that of the region which answers for it
		}
		name := tags["Name"]
		if name == "" {
			name = estate.NameOf(arn)
		}
		out = append(out, estate.Resource{
			ARN: arn, Type: cfnType, Name: name, Region: taggedRegion(arn, t), AccountID: taggedAccount(arn, t),
			Tags: tags, Attributes: map[string]any{}, Partial: true,
		})
	}
	sortResources(out)
	return out
}

// taggedRegion is the ARN's own; a bucket's names none, and it is listed where it is.
func taggedRegion(arn string, t Target) string {
	if cfnType, _ := estate.TypeOf(arn); cfnType == "AWS::S3::Bucket" {
		return t.Cell.Region
	}
	return estate.RegionOf(arn)
}

func taggedAccount(arn string, t Target) string {
	if a, err := estate.ParseARN(arn); err == nil && a.AccountID != "" {
		return a.AccountID
	}
	return t.Cell.AccountID
}

// merge adds tags that a collector did not report itself.
func (g tagged) merge(r *estate.Resource) {
	for k, v := range g.byARN[r.ARN] {
		if _, ok := r.Tags[k]; !ok {
			r.Tags[k] = v
		}
	}
	// A collector that had no tags could not know the name either.
	if name := r.Tags["Name"]; name != "" {
		r.Name = name
	}
}

func sortResources(rs []estate.Resource) {
	slices.SortFunc(rs, func(a, b estate.Resource) int {
		if a.ARN < b.ARN {
			return -1
		}
		if a.ARN > b.ARN {
			return 1
		}
		return 0
	})
}

func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
