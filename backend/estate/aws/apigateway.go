package aws

import (
	"context"
	"regexp"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"cloudops/backend/estate"
)

func apigatewayCollector() Collector {
	return regional("apigateway", apigateway.NewFromConfig,
		list(restAPIs, "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage"), list(apiDomains, "AWS::ApiGateway::DomainName"))
}

// gatewayARN is the ARN of an API or of a part of it, which names no account.
func gatewayARN(t Target, path string) string {
	return estate.ARN{Partition: t.Partition, Service: "apigateway", Region: t.Config.Region, Resource: path}.String()
}

func restAPIs(ctx context.Context, r *run[*apigateway.Client], token *string) (*string, error) {
	out, err := r.api.GetRestApis(ctx, &apigateway.GetRestApisInput{Position: token, Limit: awssdk.Int32(500)})
	if err != nil {
		return nil, err
	}
	return out.Position, each(ctx, r, out.Items, func(ctx context.Context, a types.RestApi) error {
		arn := gatewayARN(r.Target, "/restapis/"+str(a.Id))
		i := r.item("AWS::ApiGateway::RestApi", arn, str(a.Name), a.Tags, a)
		r.detail(ctx, i, integrations(ctx, r, a.Id, i))
		if e := a.EndpointConfiguration; e != nil {
			i.near("vpc-endpoint", "ec2", "vpc-endpoint/", e.VpcEndpointIds...)
		}
		i.done()
		stages, err := r.api.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: a.Id})
		if err != nil {
			return err
		}
		for _, s := range stages.Item {
			s.LastUpdatedDate = nil
			i := r.item("AWS::ApiGateway::Stage", arn+"/stages/"+str(s.StageName), str(a.Name)+" "+str(s.StageName), s.Tags, s)
			i.to("api", arn).to("web-acl", str(s.WebAclArn))
			if s.AccessLogSettings != nil {
				i.to("log-group", str(s.AccessLogSettings.DestinationArn))
			}
			i.done()
		}
		return nil
	})
}

// calledFunction is the function in the address of an integration:
// arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations.
var calledFunction = regexp.MustCompile(`functions/(arn:[^/]+)/invocations`)

// integrations relates an API to what its methods call.
func integrations(ctx context.Context, r *run[*apigateway.Client], api *string, i *item) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.api.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: api, Position: token, Limit: awssdk.Int32(500), Embed: []string{"methods"}})
		if err != nil {
			return nil, err
		}
		for _, p := range out.Items {
			for _, m := range p.ResourceMethods {
				if m.MethodIntegration != nil {
					calls(i, str(m.MethodIntegration.Uri))
				}
			}
		}
		return out.Position, nil
	})
}

func calls(i *item, uri string) {
	if m := calledFunction.FindStringSubmatch(uri); m != nil {
		i.to("calls", m[1])
	} else if strings.HasPrefix(uri, "arn:") && !strings.Contains(uri, ":apigateway:") {
		i.to("calls", uri)
	}
}

func apiDomains(ctx context.Context, r *run[*apigateway.Client], token *string) (*string, error) {
	out, err := r.api.GetDomainNames(ctx, &apigateway.GetDomainNamesInput{Position: token, Limit: awssdk.Int32(500)})
	if err != nil {
		return nil, err
	}
	for _, d := range out.Items {
		i := r.item("AWS::ApiGateway::DomainName", gatewayARN(r.Target, "/domainnames/"+str(d.DomainName)), str(d.DomainName), d.Tags, d)
		i.to("certificate", str(d.CertificateArn)).to("certificate", str(d.RegionalCertificateArn)).done()
	}
	return out.Position, nil
}
