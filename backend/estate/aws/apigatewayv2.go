package aws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

func apigatewayv2Collector() Collector {
	return regional("apigatewayv2", apigatewayv2.NewFromConfig,
		list(httpAPIs, "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"), list(vpcLinks, "AWS::ApiGatewayV2::VpcLink"))
}

func httpAPIs(ctx context.Context, r *run[*apigatewayv2.Client], token *string) (*string, error) {
	out, err := r.api.GetApis(ctx, &apigatewayv2.GetApisInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Items, func(ctx context.Context, a types.Api) error {
		arn := gatewayARN(r.Target, "/apis/"+str(a.ApiId))
		i := r.item("AWS::ApiGatewayV2::Api", arn, str(a.Name), a.Tags, a)
		r.detail(ctx, i, eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := r.api.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: a.ApiId, NextToken: token})
			if err != nil {
				return nil, err
			}
			for _, n := range out.Items {
				i.to("role", str(n.CredentialsArn))
				if str(n.ConnectionId) != "" {
					i.to("vpc-link", gatewayARN(r.Target, "/vpclinks/"+str(n.ConnectionId)))
				}
				if uri := str(n.IntegrationUri); strings.HasPrefix(uri, "arn:") {
					calls(i, uri)
				}
			}
			return out.NextToken, nil
		}))
		i.done()
		return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := r.api.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: a.ApiId, NextToken: token})
			if err != nil {
				return nil, err
			}
			for _, s := range out.Items {
				s.LastUpdatedDate, s.LastDeploymentStatusMessage = nil, nil
				i := r.item("AWS::ApiGatewayV2::Stage", arn+"/stages/"+str(s.StageName), str(a.Name)+" "+str(s.StageName), s.Tags, s)
				i.to("api", arn)
				if s.AccessLogSettings != nil {
					i.to("log-group", str(s.AccessLogSettings.DestinationArn))
				}
				i.done()
			}
			return out.NextToken, nil
		})
	})
}

func vpcLinks(ctx context.Context, r *run[*apigatewayv2.Client], token *string) (*string, error) {
	out, err := r.api.GetVpcLinks(ctx, &apigatewayv2.GetVpcLinksInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	for _, l := range out.Items {
		i := r.item("AWS::ApiGatewayV2::VpcLink", gatewayARN(r.Target, "/vpclinks/"+str(l.VpcLinkId)), str(l.Name), l.Tags, l)
		i.network("", l.SubnetIds, l.SecurityGroupIds).done()
	}
	return out.NextToken, nil
}
