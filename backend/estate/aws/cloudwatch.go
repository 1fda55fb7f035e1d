package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func cloudwatchCollector() Collector {
	return regional("cloudwatch", cloudwatch.NewFromConfig, list(alarms, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"))
}

// dashboardCollector has a cell of its own: dashboards are the account's, and each region lists them all.
func dashboardCollector() Collector {
	return everywhere("cloudwatch-global", cloudwatch.NewFromConfig, list(dashboards, "AWS::CloudWatch::Dashboard"))
}

func alarmTags(ctx context.Context, r *run[*cloudwatch.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		out, err := r.api.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: arn})
		if err != nil {
			return nil, err
		}
		return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

// dimensionOf are the places that a metric's dimension names, for the services that people set alarms on.
var dimensionOf = map[string]struct{ service, resource string }{
	"InstanceId": {"ec2", "instance/"}, "VolumeId": {"ec2", "volume/"}, "NatGatewayId": {"ec2", "natgateway/"},
	"DBInstanceIdentifier": {"rds", "db:"}, "DBClusterIdentifier": {"rds", "cluster:"},
	"FunctionName": {"lambda", "function:"}, "QueueName": {"sqs", ""}, "TopicName": {"sns", ""},
	"TableName": {"dynamodb", "table/"}, "StreamName": {"kinesis", "stream/"}, "CacheClusterId": {"elasticache", "cluster:"},
	"FileSystemId": {"elasticfilesystem", "file-system/"}, "ClusterIdentifier": {"redshift", "cluster:"},
	"TargetGroup": {"elasticloadbalancing", ""}, "LoadBalancer": {"elasticloadbalancing", "loadbalancer/"},
}

// alarms keeps the state, which people ask for, and not why and since when it is so.
func alarms(ctx context.Context, r *run[*cloudwatch.Client], token *string) (*string, error) {
	out, err := r.api.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
		NextToken: token, MaxRecords: awssdk.Int32(100),
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, r, out.MetricAlarms, func(ctx context.Context, a types.MetricAlarm) error {
		a.StateReason, a.StateReasonData, a.StateUpdatedTimestamp, a.StateTransitionedTimestamp, a.EvaluationState = nil, nil, nil, nil, ""
		i := r.item("AWS::CloudWatch::Alarm", str(a.AlarmArn), str(a.AlarmName), alarmTags(ctx, r, a.AlarmArn), a)
		watched(i, a.Dimensions)
		for _, m := range a.Metrics {
			if m.MetricStat != nil && m.MetricStat.Metric != nil {
				watched(i, m.MetricStat.Metric.Dimensions)
			}
		}
		i.to("notifies", a.AlarmActions...).to("notifies", a.OKActions...).to("notifies", a.InsufficientDataActions...).done()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.CompositeAlarms, func(ctx context.Context, a types.CompositeAlarm) error {
		a.StateReason, a.StateReasonData, a.StateUpdatedTimestamp, a.StateTransitionedTimestamp = nil, nil, nil, nil
		i := r.item("AWS::CloudWatch::CompositeAlarm", str(a.AlarmArn), str(a.AlarmName), alarmTags(ctx, r, a.AlarmArn), a)
		i.to("notifies", a.AlarmActions...).done()
		return nil
	})
}

func watched(i *item, dimensions []types.Dimension) {
	for _, d := range dimensions {
		if at, ok := dimensionOf[str(d.Name)]; ok {
			i.near("watches", at.service, at.resource, str(d.Value))
		}
	}
}

func dashboards(ctx context.Context, r *run[*cloudwatch.Client], token *string) (*string, error) {
	out, err := r.api.ListDashboards(ctx, &cloudwatch.ListDashboardsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	for _, d := range out.DashboardEntries {
		d.LastModified, d.Size = nil, nil
		arn := str(d.DashboardArn)
		if arn == "" {
			arn = "arn:" + r.Partition + ":cloudwatch::" + r.Cell.AccountID + ":dashboard/" + str(d.DashboardName)
		}
		r.item("AWS::CloudWatch::Dashboard", arn, str(d.DashboardName), nil, d).done()
	}
	return out.NextToken, nil
}
