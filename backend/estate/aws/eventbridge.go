package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

func eventbridgeCollector() Collector {
	return regional("events", eventbridge.NewFromConfig, list(eventBuses, "AWS::Events::EventBus", "AWS::Events::Rule"))
}

func eventTags(ctx context.Context, r *run[*eventbridge.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		out, err := r.api.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: arn})
		if err != nil {
			return nil, err
		}
		return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

// eventBuses lists the buses with their rules, which the API lists bus by bus.
func eventBuses(ctx context.Context, r *run[*eventbridge.Client], token *string) (*string, error) {
	out, err := r.api.ListEventBuses(ctx, &eventbridge.ListEventBusesInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.EventBuses, func(ctx context.Context, b types.EventBus) error {
		r.item("AWS::Events::EventBus", str(b.Arn), str(b.Name), eventTags(ctx, r, b.Arn), b).done()
		return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := r.api.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: b.Name, NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, each(ctx, r, out.Rules, func(ctx context.Context, u types.Rule) error {
				eventRule(ctx, r, b, u)
				return nil
			})
		})
	})
}

// eventRule leaves out what a rule sends to its targets, which may hold anything.
func eventRule(ctx context.Context, r *run[*eventbridge.Client], bus types.EventBus, u types.Rule) {
	i := r.item("AWS::Events::Rule", str(u.Arn), str(u.Name), eventTags(ctx, r, u.Arn), u)
	i.to("event-bus", str(bus.Arn)).role(str(u.RoleArn))
	var targets []any
	whole := r.detail(ctx, i, eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.api.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: u.Name, EventBusName: u.EventBusName, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, t := range out.Targets {
			targets = append(targets, str(t.Arn))
			i.to("target", str(t.Arn)).role(str(t.RoleArn))
			if t.DeadLetterConfig != nil {
				i.to("dead-letter", str(t.DeadLetterConfig.Arn))
			}
		}
		return out.NextToken, nil
	}))
	if whole && len(targets) > 0 {
		sortValues(targets)
		i.set("Targets", targets)
	}
	i.done()
}
