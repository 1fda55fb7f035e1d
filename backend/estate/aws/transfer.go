package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/transfer"
	"github.com/aws/aws-sdk-go-v2/service/transfer/types"
)

func transferCollector() Collector {
	return regional("transfer", transfer.NewFromConfig, list(transferServers, "AWS::Transfer::Server"))
}

func transferServers(ctx context.Context, r *run[*transfer.Client], token *string) (*string, error) {
	out, err := r.api.ListServers(ctx, &transfer.ListServersInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Servers, func(ctx context.Context, s types.ListedServer) error {
		got, err := r.api.DescribeServer(ctx, &transfer.DescribeServerInput{ServerId: s.ServerId})
		if err != nil {
			return err
		}
		d := got.Server
		tags := tagsOf(d.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
		identities := d.IdentityProviderDetails
		d.UserCount, d.HostKeyFingerprint, d.IdentityProviderDetails = nil, nil, nil
		i := r.item("AWS::Transfer::Server", str(d.Arn), str(d.ServerId), tags, d)
		i.to("role", str(d.LoggingRole)).to("certificate", str(d.Certificate)).to("log-group", d.StructuredLogDestinations...)
		if e := d.EndpointDetails; e != nil {
			i.network(str(e.VpcId), e.SubnetIds, e.SecurityGroupIds).near("vpc-endpoint", "ec2", "vpc-endpoint/", str(e.VpcEndpointId))
			i.near("address", "ec2", "elastic-ip/", e.AddressAllocationIds...)
		}
		if identities != nil {
			i.to("calls", str(identities.Function)).to("role", str(identities.InvocationRole))
		}
		i.set("PubliclyAccessible", d.EndpointType == types.EndpointTypePublic).done()
		return nil
	})
}
