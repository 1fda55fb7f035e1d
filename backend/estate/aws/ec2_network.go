package aws

import (
	"context"
	"fmt"
	"slices"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (c *ec2Listing) securityGroups(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, g := range out.SecurityGroups {
			i, err := c.add("AWS::EC2::SecurityGroup", "security-group/", g.GroupId, g.Tags, g)
			if err != nil {
				return nil, err
			}
			if i.Tags["Name"] == "" && awssdk.ToString(g.GroupName) != "" {
				i.Name = *g.GroupName
			}
			ports := openPorts(g.IpPermissions)
			i.Attributes["IngressFromAnywhere"] = len(ports) > 0
			if len(ports) > 0 {
				i.Attributes["PortsFromAnywhere"] = ports
			}
			i.relateID(c.Target, "vpc", "ec2", "vpc/", g.VpcId)
			for _, p := range g.IpPermissions {
				for _, other := range p.UserIdGroupPairs {
					i.relateID(c.Target, "ingress-from", "ec2", "security-group/", other.GroupId)
				}
			}
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}

// openPorts are the ports that rules open to every address: "22/tcp", "8000-8100/tcp", "all".
func openPorts(rules []types.IpPermission) []any {
	var ports []string
	for _, p := range rules {
		if !fromAnywhere(p) {
			continue
		}
		protocol, from, to := awssdk.ToString(p.IpProtocol), awssdk.ToInt32(p.FromPort), awssdk.ToInt32(p.ToPort)
		switch {
		case protocol == "-1":
			ports = append(ports, "all")
		case p.FromPort == nil || protocol == "icmp" || protocol == "icmpv6":
			ports = append(ports, protocol)
		case from == to:
			ports = append(ports, fmt.Sprintf("%d/%s", from, protocol))
		default:
			ports = append(ports, fmt.Sprintf("%d-%d/%s", from, to, protocol))
		}
	}
	slices.Sort(ports)
	var values []any
	for _, p := range slices.Compact(ports) {
		values = append(values, p)
	}
	return values
}

func fromAnywhere(p types.IpPermission) bool {
	for _, r := range p.IpRanges {
		if awssdk.ToString(r.CidrIp) == "0.0.0.0/0" {
			return true
		}
	}
	for _, r := range p.Ipv6Ranges {
		if awssdk.ToString(r.CidrIpv6) == "::/0" {
			return true
		}
	}
	return false
}

func (c *ec2Listing) vpcs(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, v := range out.Vpcs {
			i, err := c.add("AWS::EC2::VPC", "vpc/", v.VpcId, v.Tags, v)
			if err != nil {
				return nil, err
			}
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) subnets(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, s := range out.Subnets {
			i, err := c.add("AWS::EC2::Subnet", "subnet/", s.SubnetId, s.Tags, s)
			if err != nil {
				return nil, err
			}
			i.relateID(c.Target, "vpc", "ec2", "vpc/", s.VpcId)
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) routeTables(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{NextToken: token, MaxResults: awssdk.Int32(100)})
		if err != nil {
			return nil, err
		}
		for _, r := range out.RouteTables {
			i, err := c.add("AWS::EC2::RouteTable", "route-table/", r.RouteTableId, r.Tags, r)
			if err != nil {
				return nil, err
			}
			i.relateID(c.Target, "vpc", "ec2", "vpc/", r.VpcId)
			for _, a := range r.Associations {
				i.relateID(c.Target, "subnet", "ec2", "subnet/", a.SubnetId)
			}
			for _, route := range r.Routes {
				c.route(i, route)
			}
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) route(i *item, r types.Route) {
	i.relateID(c.Target, "route", "ec2", "natgateway/", r.NatGatewayId)
	i.relateID(c.Target, "route", "ec2", "transit-gateway/", r.TransitGatewayId)
	i.relateID(c.Target, "route", "ec2", "vpc-peering-connection/", r.VpcPeeringConnectionId)
	// A gateway id is an internet gateway, a VPN gateway, a gateway endpoint, or the word "local".
	for prefix, resource := range map[string]string{"igw-": "internet-gateway/", "vgw-": "vpn-gateway/", "vpce-": "vpc-endpoint/"} {
		if id := awssdk.ToString(r.GatewayId); len(id) > len(prefix) && id[:len(prefix)] == prefix {
			i.relateID(c.Target, "route", "ec2", resource, r.GatewayId)
		}
	}
}

func (c *ec2Listing) internetGateways(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeInternetGateways(ctx, &ec2.DescribeInternetGatewaysInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, g := range out.InternetGateways {
			i, err := c.add("AWS::EC2::InternetGateway", "internet-gateway/", g.InternetGatewayId, g.Tags, g)
			if err != nil {
				return nil, err
			}
			i.Attributes["Attached"] = len(g.Attachments) > 0
			for _, a := range g.Attachments {
				i.relateID(c.Target, "vpc", "ec2", "vpc/", a.VpcId)
			}
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) natGateways(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, g := range out.NatGateways {
			if g.State == types.NatGatewayStateDeleted {
				continue // it is gone; EC2 lists it for another hour
			}
			i, err := c.add("AWS::EC2::NatGateway", "natgateway/", g.NatGatewayId, g.Tags, g)
			if err != nil {
				return nil, err
			}
			i.relateID(c.Target, "vpc", "ec2", "vpc/", g.VpcId)
			i.relateID(c.Target, "subnet", "ec2", "subnet/", g.SubnetId)
			for _, a := range g.NatGatewayAddresses {
				i.relateID(c.Target, "address", "ec2", "elastic-ip/", a.AllocationId)
				i.relateID(c.Target, "network-interface", "ec2", "network-interface/", a.NetworkInterfaceId)
			}
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}

// addresses lists elastic IPs; the API has no pages.
func (c *ec2Listing) addresses(ctx context.Context) error {
	out, err := c.api.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{})
	if err != nil {
		return err
	}
	for _, a := range out.Addresses {
		if a.AllocationId == nil {
			continue // EC2-Classic, which is no more
		}
		i, err := c.add("AWS::EC2::EIP", "elastic-ip/", a.AllocationId, a.Tags, a)
		if err != nil {
			return err
		}
		if i.Tags["Name"] == "" && awssdk.ToString(a.PublicIp) != "" {
			i.Name = *a.PublicIp
		}
		i.Attributes["Attached"] = a.AssociationId != nil
		i.relateID(c.Target, "attached-to", "ec2", "instance/", a.InstanceId)
		i.relateID(c.Target, "network-interface", "ec2", "network-interface/", a.NetworkInterfaceId)
		c.emit(i.finish())
	}
	return nil
}

func (c *ec2Listing) interfaces(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, n := range out.NetworkInterfaces {
			i, err := c.add("AWS::EC2::NetworkInterface", "network-interface/", n.NetworkInterfaceId, n.TagSet, n)
			if err != nil {
				return nil, err
			}
			i.Attributes["Attached"] = n.Attachment != nil
			i.relateID(c.Target, "vpc", "ec2", "vpc/", n.VpcId)
			i.relateID(c.Target, "subnet", "ec2", "subnet/", n.SubnetId)
			c.groups(i, n.Groups)
			if n.Attachment != nil {
				i.relateID(c.Target, "attached-to", "ec2", "instance/", n.Attachment.InstanceId)
			}
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}
