package aws

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol"
	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol/types"

	"cloudops/backend/estate"
)

//go:embed cloudcontrol.txt
var cloudControlTable string

// cloudControlService is the cell of what Cloud Control lists: types without a collector of their own. It is asked only when
// Options.CloudControl says so, for it takes a call for each type and one for each resource.
const cloudControlService = "cloudcontrol"

// controlled is a line of cloudcontrol.txt.
type controlled struct{ cfnType, arn, name string }

func controlledTypes() []controlled {
	var all []controlled
	for line := range strings.Lines(cloudControlTable) {
		if f := strings.Split(strings.TrimSpace(line), " | "); len(f) == 3 && !strings.HasPrefix(line, "#") {
			all = append(all, controlled{f[0], f[1], f[2]})
		}
	}
	return all
}

func cloudControlCollector() Collector {
	var listings []listing[*cloudcontrol.Client]
	for _, c := range controlledTypes() {
		listings = append(listings, list(func(ctx context.Context, r *run[*cloudcontrol.Client], token *string) (*string, error) {
			return controlledPage(ctx, r, c, token)
		}, c.cfnType))
	}
	return regional(cloudControlService, cloudcontrol.NewFromConfig, listings...)
}

// controlledPage lists a type. One that the region does not have, or does not list, has none.
func controlledPage(ctx context.Context, r *run[*cloudcontrol.Client], c controlled, token *string) (*string, error) {
	out, err := r.api.ListResources(ctx, &cloudcontrol.ListResourcesInput{TypeName: &c.cfnType, NextToken: token})
	if hasCode(err, "TypeNotFoundException") || hasCode(err, "UnsupportedActionException") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", c.cfnType, err)
	}
	return out.NextToken, each(ctx, r, out.ResourceDescriptions, func(ctx context.Context, d types.ResourceDescription) error {
		got, err := r.api.GetResource(ctx, &cloudcontrol.GetResourceInput{TypeName: &c.cfnType, Identifier: d.Identifier})
		if err != nil {
			return fmt.Errorf("read a %s: %w", c.cfnType, err)
		}
		if got.ResourceDescription != nil {
			d = *got.ResourceDescription
		}
		return controlledItem(r, c, d)
	})
}

func controlledItem(r *run[*cloudcontrol.Client], c controlled, d types.ResourceDescription) error {
	properties := map[string]any{}
	if err := json.Unmarshal([]byte(str(d.Properties)), &properties); err != nil {
		return fmt.Errorf("read a %s: %w", c.cfnType, err)
	}
	arn, _ := properties[c.arn].(string)
	if named, ok := estate.ARNOf(c.cfnType, r.Partition, r.Config.Region, r.Cell.AccountID, str(d.Identifier)); ok && arn == "" {
		arn = named
	}
	if !strings.HasPrefix(arn, "arn:") {
		arn = estate.MadeARN(r.Partition, r.Config.Region, r.Cell.AccountID, c.cfnType, str(d.Identifier))
	}
	if estate.RegionOf(arn) == estate.GlobalRegion && r.Config.Region != homeRegion(r.Partition) {
		return nil // every region lists what is global; its home has it
	}
	name, _ := properties[c.name].(string)
	tags := controlledTags(properties["Tags"])
	hide(properties)
	i := r.item(c.cfnType, arn, name, tags, properties)
	if i.Region = estate.RegionOf(arn); i.Region == "" {
		i.Region = r.Config.Region
	}
	i.follow(properties)
	i.done()
	return nil
}

// controlledTags reads tags in both forms that types have them in.
func controlledTags(v any) map[string]string {
	tags := map[string]string{}
	switch v := v.(type) {
	case map[string]any:
		for k, value := range v {
			tags[k], _ = value.(string)
		}
	case []any:
		for _, e := range v {
			if pair, ok := e.(map[string]any); ok {
				if k, ok := pair["Key"].(string); ok {
					tags[k], _ = pair["Value"].(string)
				}
			}
		}
	}
	return tags
}

// secret is the name of a property that may hold what must not be kept. The ARN of a secret is none.
var secret = regexp.MustCompile(`(?i)(password|passphrase|secret|token|credential|privatekey|apikey|environment)([a-z]*)$`)

func hide(properties map[string]any) {
	for k, v := range properties {
		if secret.MatchString(k) && !strings.HasSuffix(strings.ToLower(k), "arn") {
			delete(properties, k)
			continue
		}
		switch v := v.(type) {
		case map[string]any:
			hide(v)
		case []any:
			for _, e := range v {
				if m, ok := e.(map[string]any); ok {
					hide(m)
				}
			}
		}
	}
}

// follow relates to what properties of usual names hold, at any depth.
func (i *item) follow(properties map[string]any) {
	for k, v := range properties {
		switch v := v.(type) {
		case map[string]any:
			i.follow(v)
		case []any:
			for _, e := range v {
				if m, ok := e.(map[string]any); ok {
					i.follow(m)
				} else if s, ok := e.(string); ok {
					i.named(k, s)
				}
			}
		case string:
			i.named(k, v)
		}
	}
}

func (i *item) named(property, value string) {
	switch {
	case strings.HasSuffix(property, "RoleArn"), property == "Role" && strings.HasPrefix(value, "arn:"):
		i.to("role", value)
	case strings.Contains(property, "KmsKey"):
		i.key(value)
	case property == "VpcId":
		i.network(value, nil, nil)
	case strings.HasPrefix(value, "subnet-"):
		i.network("", []string{value}, nil)
	case strings.HasPrefix(value, "sg-"):
		i.network("", nil, []string{value})
	case strings.Contains(property, "LogGroupArn"):
		i.to("log-group", value)
	case strings.HasSuffix(property, "BucketArn"):
		i.to("bucket", value)
	case strings.HasSuffix(property, "FunctionArn"):
		i.to("function", value)
	}
}
