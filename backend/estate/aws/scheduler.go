package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

func schedulerCollector() Collector {
	return regional("scheduler", scheduler.NewFromConfig, list(scheduleGroups, "AWS::Scheduler::ScheduleGroup"), list(schedules, "AWS::Scheduler::Schedule"))
}

func scheduleGroups(ctx context.Context, r *run[*scheduler.Client], token *string) (*string, error) {
	out, err := r.api.ListScheduleGroups(ctx, &scheduler.ListScheduleGroupsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.ScheduleGroups, func(ctx context.Context, g types.ScheduleGroupSummary) error {
		tags := r.tags(ctx, str(g.Arn), func() (map[string]string, error) {
			out, err := r.api.ListTagsForResource(ctx, &scheduler.ListTagsForResourceInput{ResourceArn: g.Arn})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		r.item("AWS::Scheduler::ScheduleGroup", str(g.Arn), str(g.Name), tags, g).done()
		return nil
	})
}

// schedules leave out what they send, which may hold anything.
func schedules(ctx context.Context, r *run[*scheduler.Client], token *string) (*string, error) {
	out, err := r.api.ListSchedules(ctx, &scheduler.ListSchedulesInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Schedules, func(ctx context.Context, s types.ScheduleSummary) error {
		i := r.item("AWS::Scheduler::Schedule", str(s.Arn), str(s.Name), nil, s)
		i.near("group", "scheduler", "schedule-group/", str(s.GroupName))
		got, err := r.api.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: s.Name, GroupName: s.GroupName})
		if r.detail(ctx, i, err) {
			i.set("ScheduleExpression", str(got.ScheduleExpression)).set("ScheduleExpressionTimezone", str(got.ScheduleExpressionTimezone))
			i.set("Description", str(got.Description)).key(str(got.KmsKeyArn))
			if t := got.Target; t != nil {
				i.to("target", str(t.Arn)).role(str(t.RoleArn))
				if t.DeadLetterConfig != nil {
					i.to("dead-letter", str(t.DeadLetterConfig.Arn))
				}
			}
		}
		i.done()
		return nil
	})
}
