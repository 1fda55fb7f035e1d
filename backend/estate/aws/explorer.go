package aws

import (
	"context"
	"errors"
	"fmt"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	explorer "github.com/aws/aws-sdk-go-v2/service/resourceexplorer2"
	"github.com/aws/aws-sdk-go-v2/service/resourceexplorer2/types"

	"cloudops/backend/estate"
)

// explorerService is the cell of what Resource Explorer's index of a region names and no collector does. It is asked only when
// Options.ResourceExplorer says so.
const explorerService = "resource-explorer"

// explorerPage is below 1,000, for which ListResources answers one page and says of no further one.
const explorerPage = 500

var (
	errNoIndex   = errors.New("Resource Explorer is not turned on in this region") //nolint:staticcheck // a name
	errPartIndex = errors.New("every view of Resource Explorer in this region leaves something out by a filter")
)

// explored is what Resource Explorer named in a region, by canonical ARN.
type explored struct {
	byARN map[string]estate.Resource
	err   error // the listing is a part, or nothing
}

// explore asks the index of the region. An index that gathers those of other regions is asked for its own alone.
func explore(ctx context.Context, t Target) explored {
	e := explored{byARN: map[string]estate.Resource{}}
	api := explorer.NewFromConfig(t.Config)
	view, err := wholeView(ctx, t, api)
	if e.err = err; view == "" {
		return e
	}
	home := t.Config.Region == homeRegion(t.Partition)
	filter := "region:" + t.Config.Region
	if home {
		filter += "," + estate.GlobalRegion
	}
	err = eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := api.ListResources(ctx, &explorer.ListResourcesInput{
			ViewArn: &view, NextToken: token, MaxResults: awssdk.Int32(explorerPage), Filters: &types.SearchFilter{FilterString: &filter},
		})
		if err != nil {
			return nil, err
		}
		for _, r := range out.Resources {
			e.add(t, r, home)
		}
		return out.NextToken, nil
	})
	if err != nil {
		e.err = err
	}
	return e
}

// wholeView is a view of the region that leaves nothing out, if possible one with tags. With an error it is one that
// leaves something out, or none.
func wholeView(ctx context.Context, t Target, api *explorer.Client) (string, error) {
	indexes, err := api.ListIndexes(ctx, &explorer.ListIndexesInput{Regions: []string{t.Config.Region}})
	if err != nil {
		return "", err
	}
	if len(indexes.Indexes) == 0 {
		return "", errNoIndex
	}
	best, value := "", 0 // 1: a part, 2: whole, 3: with tags
	err = eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := api.ListViews(ctx, &explorer.ListViewsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, arn := range out.Views {
			got, err := api.GetView(ctx, &explorer.GetViewInput{ViewArn: &arn})
			if err != nil || got.View == nil {
				return nil, fmt.Errorf("read a view: %w", err)
			}
			if v := valueOf(*got.View); v > value {
				best, value = arn, v
			}
		}
		return out.NextToken, nil
	})
	switch {
	case err != nil:
		return "", err
	case value == 0:
		return "", errNoIndex
	case value == 1:
		return best, errPartIndex
	}
	return best, nil
}

func valueOf(v types.View) int {
	if v.Filters != nil && str(v.Filters.FilterString) != "" {
		return 1
	}
	for _, p := range v.IncludedProperties {
		if str(p.Name) == "tags" {
			return 3
		}
	}
	return 2
}

// add keeps a resource of the account and the region.
func (e explored) add(t Target, r types.Resource, home bool) {
	arn, err := estate.CanonicalARN(str(r.Arn))
	if err != nil {
		t.Note(err)
		return
	}
	region, owner := str(r.Region), str(r.OwningAccountId)
	here := region == t.Config.Region || home && region == estate.GlobalRegion
	if !here || owner != "" && owner != t.Cell.AccountID {
		return
	}
	cfnType, _ := estate.TypeOf(arn)
	tags := explorerTags(r.Properties)
	name := tags["Name"]
	if name == "" {
		name = estate.NameOf(arn)
	}
	e.byARN[arn] = estate.Resource{
		ARN: arn, Type: cfnType, Name: name, Region: region, AccountID: t.Cell.AccountID, Tags: tags, Attributes: map[string]any{}, Partial: true,
	}
}

// explorerTags are nil, which says nothing of them, where the view has none.
func explorerTags(properties []types.ResourceProperty) map[string]string {
	for _, p := range properties {
		var pairs []struct{ Key, Value string }
		if str(p.Name) == "tags" && p.Data != nil && p.Data.UnmarshalSmithyDocument(&pairs) == nil {
			tags := map[string]string{}
			for _, pair := range pairs {
				tags[pair.Key] = pair.Value
			}
			return tags
		}
	}
	return nil
}

// rest is what no collector reported, as tagged.rest. What the tagging API named besides is in it as well, so that one cell
// has all of it and a resource that gains or loses its tags stays in its place.
func (e explored) rest(tagged []estate.Resource, seen, covered map[string]bool) []estate.Resource {
	var out []estate.Resource
	named := map[string]bool{}
	for _, r := range tagged {
		named[r.ARN] = true
		out = append(out, r)
	}
	for arn, r := range e.byARN {
		if !seen[arn] && !covered[r.Type] && !named[arn] {
			out = append(out, r)
		}
	}
	sortResources(out)
	return out
}
