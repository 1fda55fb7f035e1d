package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"cloudops/backend/estate"
)

// keyPairs has no pages.
func (c *ec2Listing) keyPairs(ctx context.Context) error {
	out, err := c.api.DescribeKeyPairs(ctx, &ec2.DescribeKeyPairsInput{})
	if err != nil {
		return err
	}
	for _, k := range out.KeyPairs {
		c.keys[str(k.KeyName)] = str(k.KeyPairId)
		i, err := c.add("AWS::EC2::KeyPair", "key-pair/", k.KeyPairId, k.Tags, k)
		if err != nil {
			return err
		}
		if i.Tags["Name"] == "" && str(k.KeyName) != "" {
			i.Name = *k.KeyName
		}
		i.done()
	}
	return nil
}

// launchTemplates are listed with what their default version says, but for the user data, which people put secrets into.
func (c *ec2Listing) launchTemplates(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{NextToken: token, MaxResults: awssdk.Int32(200)})
		if err != nil {
			return nil, err
		}
		_, err = eachOf(ctx, out.LaunchTemplates, func(ctx context.Context, l types.LaunchTemplate) (struct{}, error) {
			return struct{}{}, c.launchTemplate(ctx, l)
		})
		return out.NextToken, err
	})
}

func (c *ec2Listing) launchTemplate(ctx context.Context, l types.LaunchTemplate) error {
	i, err := c.add("AWS::EC2::LaunchTemplate", "launch-template/", l.LaunchTemplateId, l.Tags, l)
	if err != nil {
		return err
	}
	if i.Tags["Name"] == "" && str(l.LaunchTemplateName) != "" {
		i.Name = *l.LaunchTemplateName
	}
	out, err := c.api.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: l.LaunchTemplateId, Versions: []string{"$Default"},
	})
	if err != nil {
		i.unseen()
	}
	if err = c.lesser(ctx, err); err != nil {
		return err
	}
	if out != nil {
		for _, v := range out.LaunchTemplateVersions {
			if d := v.LaunchTemplateData; d != nil {
				i.set("InstanceType", string(d.InstanceType))
				c.keyPair(i, d.KeyName)
				c.owned(i, "image", d.ImageId)
				i.network("", nil, d.SecurityGroupIds)
				if d.IamInstanceProfile != nil {
					i.to("instance-profile", str(d.IamInstanceProfile.Arn))
				}
			}
		}
	}
	i.done()
	return nil
}

// keyPair relates to a key pair, which others name by its name.
func (c *ec2Listing) keyPair(i *item, name *string) {
	if c.unlisted["AWS::EC2::KeyPair"] {
		i.unseen("key-pair")
	}
	i.near("key-pair", "ec2", "key-pair/", c.keys[str(name)])
}

func (c *ec2Listing) networkACLs(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeNetworkAcls(ctx, &ec2.DescribeNetworkAclsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, n := range out.NetworkAcls {
			i, err := c.add("AWS::EC2::NetworkAcl", "network-acl/", n.NetworkAclId, n.Tags, n)
			if err != nil {
				return nil, err
			}
			for _, a := range n.Associations {
				i.near("subnet", "ec2", "subnet/", str(a.SubnetId))
			}
			i.near("vpc", "ec2", "vpc/", str(n.VpcId)).done()
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) endpoints(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, e := range out.VpcEndpoints {
			if e.State == types.StateDeleted {
				continue
			}
			i, err := c.add("AWS::EC2::VPCEndpoint", "vpc-endpoint/", e.VpcEndpointId, e.Tags, e)
			if err != nil {
				return nil, err
			}
			i.network(str(e.VpcId), e.SubnetIds, nil).near("route-table", "ec2", "route-table/", e.RouteTableIds...)
			for _, g := range e.Groups {
				i.near("security-group", "ec2", "security-group/", str(g.GroupId))
			}
			i.near("network-interface", "ec2", "network-interface/", e.NetworkInterfaceIds...).done()
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) peerings(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeVpcPeeringConnections(ctx, &ec2.DescribeVpcPeeringConnectionsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, p := range out.VpcPeeringConnections {
			if p.Status != nil && (p.Status.Code == types.VpcPeeringConnectionStateReasonCodeDeleted || p.Status.Code == types.VpcPeeringConnectionStateReasonCodeExpired) {
				continue
			}
			i, err := c.add("AWS::EC2::VPCPeeringConnection", "vpc-peering-connection/", p.VpcPeeringConnectionId, p.Tags, p)
			if err != nil {
				return nil, err
			}
			if p.Status != nil {
				i.set("State", string(p.Status.Code))
			}
			c.peer(i, "requester-vpc", p.RequesterVpcInfo)
			c.peer(i, "accepter-vpc", p.AccepterVpcInfo)
			i.done()
		}
		return out.NextToken, nil
	})
}

// peer is one end of a peering: perhaps in another account and region.
func (c *ec2Listing) peer(i *item, kind string, v *types.VpcPeeringConnectionVpcInfo) {
	if v == nil || v.VpcId == nil {
		return
	}
	arn := estate.ARN{Partition: c.Partition, Service: "ec2", Region: str(v.Region), AccountID: str(v.OwnerId), Resource: "vpc/" + *v.VpcId}
	if arn.Region == "" {
		arn.Region = c.Config.Region
	}
	i.relate(kind, arn.String())
}

func (c *ec2Listing) transitGateways(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeTransitGateways(ctx, &ec2.DescribeTransitGatewaysInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, g := range out.TransitGateways {
			if g.State == types.TransitGatewayStateDeleted || str(g.OwnerId) != c.Cell.AccountID && g.OwnerId != nil {
				continue // gone, or shared by the account that has it
			}
			i, err := c.add("AWS::EC2::TransitGateway", "transit-gateway/", g.TransitGatewayId, g.Tags, g)
			if err != nil {
				return nil, err
			}
			i.done()
		}
		return out.NextToken, nil
	})
}

// attached is what an attachment's kind of resource is in an ARN.
var attached = map[types.TransitGatewayAttachmentResourceType]string{
	types.TransitGatewayAttachmentResourceTypeVpc: "vpc/", types.TransitGatewayAttachmentResourceTypeVpn: "vpn-connection/",
	types.TransitGatewayAttachmentResourceTypePeering: "transit-gateway/",
}

func (c *ec2Listing) transitAttachments(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeTransitGatewayAttachments(ctx, &ec2.DescribeTransitGatewayAttachmentsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, a := range out.TransitGatewayAttachments {
			if a.State == types.TransitGatewayAttachmentStateDeleted {
				continue
			}
			i, err := c.add("AWS::EC2::TransitGatewayAttachment", "transit-gateway-attachment/", a.TransitGatewayAttachmentId, a.Tags, a)
			if err != nil {
				return nil, err
			}
			c.other(i, "transit-gateway", "transit-gateway/", a.TransitGatewayOwnerId, a.TransitGatewayId)
			if resource := attached[a.ResourceType]; resource != "" {
				c.other(i, "attached-to", resource, a.ResourceOwnerId, a.ResourceId)
			}
			i.done()
		}
		return out.NextToken, nil
	})
}

// other relates to a resource of this region that another account may have.
func (c *ec2Listing) other(i *item, kind, resource string, owner, id *string) {
	if str(id) == "" {
		return
	}
	arn := estate.ARN{Partition: c.Partition, Service: "ec2", Region: c.Config.Region, AccountID: str(owner), Resource: resource + *id}
	if arn.AccountID == "" {
		arn.AccountID = c.Cell.AccountID
	}
	i.relate(kind, arn.String())
}

// vpnGateways has no pages.
func (c *ec2Listing) vpnGateways(ctx context.Context) error {
	out, err := c.api.DescribeVpnGateways(ctx, &ec2.DescribeVpnGatewaysInput{})
	if err != nil {
		return err
	}
	for _, g := range out.VpnGateways {
		if g.State == types.VpnStateDeleted {
			continue
		}
		i, err := c.add("AWS::EC2::VPNGateway", "vpn-gateway/", g.VpnGatewayId, g.Tags, g)
		if err != nil {
			return err
		}
		for _, a := range g.VpcAttachments {
			i.near("vpc", "ec2", "vpc/", str(a.VpcId))
		}
		i.done()
	}
	return nil
}

// customerGateways has no pages.
func (c *ec2Listing) customerGateways(ctx context.Context) error {
	out, err := c.api.DescribeCustomerGateways(ctx, &ec2.DescribeCustomerGatewaysInput{})
	if err != nil {
		return err
	}
	for _, g := range out.CustomerGateways {
		if str(g.State) == "deleted" {
			continue
		}
		i, err := c.add("AWS::EC2::CustomerGateway", "customer-gateway/", g.CustomerGatewayId, g.Tags, g)
		if err != nil {
			return err
		}
		i.to("certificate", str(g.CertificateArn)).done()
	}
	return nil
}

// vpnConnections has no pages. The configuration and the tunnels' options hold the keys that both ends share: neither is kept.
func (c *ec2Listing) vpnConnections(ctx context.Context) error {
	out, err := c.api.DescribeVpnConnections(ctx, &ec2.DescribeVpnConnectionsInput{})
	if err != nil {
		return err
	}
	for _, v := range out.VpnConnections {
		if v.State == types.VpnStateDeleted {
			continue
		}
		v.CustomerGatewayConfiguration, v.Options, v.VgwTelemetry = nil, nil, nil
		i, err := c.add("AWS::EC2::VPNConnection", "vpn-connection/", v.VpnConnectionId, v.Tags, v)
		if err != nil {
			return err
		}
		i.near("vpn-gateway", "ec2", "vpn-gateway/", str(v.VpnGatewayId)).near("customer-gateway", "ec2", "customer-gateway/", str(v.CustomerGatewayId))
		i.near("transit-gateway", "ec2", "transit-gateway/", str(v.TransitGatewayId)).done()
	}
	return nil
}

// flowLogsOf is what the id of a flow log's resource begins with, and what that is in an ARN.
var flowLogsOf = map[string]string{"vpc-": "vpc/", "subnet-": "subnet/", "eni-": "network-interface/", "tgw-": "transit-gateway/"}

func (c *ec2Listing) flowLogs(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeFlowLogs(ctx, &ec2.DescribeFlowLogsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, f := range out.FlowLogs {
			f.DeliverLogsErrorMessage = nil
			i, err := c.add("AWS::EC2::FlowLog", "vpc-flow-log/", f.FlowLogId, f.Tags, f)
			if err != nil {
				return nil, err
			}
			for prefix, resource := range flowLogsOf {
				if id := str(f.ResourceId); len(id) > len(prefix) && id[:len(prefix)] == prefix {
					i.near("logs-of", "ec2", resource, id)
				}
			}
			i.near("log-group", "logs", "log-group:", str(f.LogGroupName)).to("delivers-to", str(f.LogDestination)).to("role", str(f.DeliverLogsPermissionArn)).done()
		}
		return out.NextToken, nil
	})
}
