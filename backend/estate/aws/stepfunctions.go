package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func stepfunctionsCollector() Collector {
	return regional("states", sfn.NewFromConfig,
		list(stateMachines, "AWS::StepFunctions::StateMachine"), list(activities, "AWS::StepFunctions::Activity"))
}

func stateTags(ctx context.Context, r *run[*sfn.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		out, err := r.api.ListTagsForResource(ctx, &sfn.ListTagsForResourceInput{ResourceArn: arn})
		if err != nil {
			return nil, err
		}
		return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

// stateMachines leave out the definition, whose states may hold parameters of any kind; what it calls is a relation.
func stateMachines(ctx context.Context, r *run[*sfn.Client], token *string) (*string, error) {
	out, err := r.api.ListStateMachines(ctx, &sfn.ListStateMachinesInput{NextToken: token, MaxResults: 1000})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.StateMachines, func(ctx context.Context, m types.StateMachineListItem) error {
		i := r.item("AWS::StepFunctions::StateMachine", str(m.StateMachineArn), str(m.Name), stateTags(ctx, r, m.StateMachineArn), m)
		got, err := r.api.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: m.StateMachineArn})
		if r.detail(ctx, i, err) {
			i.set("Status", string(got.Status)).role(str(got.RoleArn)).to("calls", arnsIn(str(got.Definition))...)
			if l := got.LoggingConfiguration; l != nil {
				i.set("LogLevel", string(l.Level))
				for _, d := range l.Destinations {
					if d.CloudWatchLogsLogGroup != nil {
						i.to("log-group", str(d.CloudWatchLogsLogGroup.LogGroupArn))
					}
				}
			}
			if got.TracingConfiguration != nil {
				i.set("Tracing", got.TracingConfiguration.Enabled)
			}
			if got.EncryptionConfiguration != nil {
				i.key(str(got.EncryptionConfiguration.KmsKeyId))
			}
		}
		i.done()
		return nil
	})
}

func activities(ctx context.Context, r *run[*sfn.Client], token *string) (*string, error) {
	out, err := r.api.ListActivities(ctx, &sfn.ListActivitiesInput{NextToken: token, MaxResults: 1000})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Activities, func(ctx context.Context, a types.ActivityListItem) error {
		r.item("AWS::StepFunctions::Activity", str(a.ActivityArn), str(a.Name), stateTags(ctx, r, a.ActivityArn), a).done()
		return nil
	})
}
