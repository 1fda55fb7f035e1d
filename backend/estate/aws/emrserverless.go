package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/emrserverless"
	"github.com/aws/aws-sdk-go-v2/service/emrserverless/types"
)

func emrServerlessCollector() Collector {
	return regional("emr-serverless", emrserverless.NewFromConfig, list(serverlessApplications, "AWS::EMRServerless::Application"))
}

// serverlessApplications leave out settings of their runtime and images, which may hold anything, and when they last did something.
func serverlessApplications(ctx context.Context, r *run[*emrserverless.Client], token *string) (*string, error) {
	out, err := r.api.ListApplications(ctx, &emrserverless.ListApplicationsInput{NextToken: token, MaxResults: awssdk.Int32(50)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Applications, func(ctx context.Context, s types.ApplicationSummary) error {
		got, err := r.api.GetApplication(ctx, &emrserverless.GetApplicationInput{ApplicationId: s.Id})
		if err != nil {
			return err
		}
		a := got.Application
		network := a.NetworkConfiguration
		a.RuntimeConfiguration, a.StateDetails, a.UpdatedAt = nil, nil, nil
		i := r.item("AWS::EMRServerless::Application", str(a.Arn), str(a.Name), a.Tags, a)
		if network != nil {
			i.network("", network.SubnetIds, network.SecurityGroupIds)
		}
		if a.DiskEncryptionConfiguration != nil {
			i.key(str(a.DiskEncryptionConfiguration.EncryptionKeyArn))
		}
		i.done()
		return nil
	})
}
