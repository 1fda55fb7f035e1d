package aws

import (
	"context"
	"errors"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"cloudops/backend/estate"
)

// ec2Collector lists what EC2 holds; the network's part is in ec2_network.go.
type ec2Collector struct{}

func (ec2Collector) Service() string { return "ec2" }
func (ec2Collector) Global() bool    { return false }

// ec2Listings are in an order in which what is one's own comes first: others refer to it.
var ec2Listings = []struct {
	cfnType string
	list    func(*ec2Listing, context.Context) error
}{
	{"AWS::EC2::Snapshot", (*ec2Listing).snapshots}, {"AWS::EC2::Image", (*ec2Listing).images}, {"AWS::EC2::KeyPair", (*ec2Listing).keyPairs},
	{"AWS::EC2::Instance", (*ec2Listing).instances}, {"AWS::EC2::Volume", (*ec2Listing).volumes},
	{"AWS::EC2::LaunchTemplate", (*ec2Listing).launchTemplates},
	{"AWS::EC2::SecurityGroup", (*ec2Listing).securityGroups}, {"AWS::EC2::VPC", (*ec2Listing).vpcs}, {"AWS::EC2::Subnet", (*ec2Listing).subnets},
	{"AWS::EC2::RouteTable", (*ec2Listing).routeTables}, {"AWS::EC2::NetworkAcl", (*ec2Listing).networkACLs},
	{"AWS::EC2::InternetGateway", (*ec2Listing).internetGateways}, {"AWS::EC2::NatGateway", (*ec2Listing).natGateways},
	{"AWS::EC2::EIP", (*ec2Listing).addresses}, {"AWS::EC2::NetworkInterface", (*ec2Listing).interfaces},
	{"AWS::EC2::VPCEndpoint", (*ec2Listing).endpoints}, {"AWS::EC2::VPCPeeringConnection", (*ec2Listing).peerings},
	{"AWS::EC2::TransitGateway", (*ec2Listing).transitGateways}, {"AWS::EC2::TransitGatewayAttachment", (*ec2Listing).transitAttachments},
	{"AWS::EC2::VPNGateway", (*ec2Listing).vpnGateways}, {"AWS::EC2::CustomerGateway", (*ec2Listing).customerGateways},
	{"AWS::EC2::VPNConnection", (*ec2Listing).vpnConnections}, {"AWS::EC2::FlowLog", (*ec2Listing).flowLogs},
}

func (ec2Collector) Types() []string {
	var types []string
	for _, l := range ec2Listings {
		types = append(types, l.cfnType)
	}
	return types
}

// Collect lists one kind after the other; a kind that cannot be listed does not keep the others from it.
func (ec2Collector) Collect(ctx context.Context, t Target, emit func(estate.Resource)) error {
	c := &ec2Listing{Target: t, api: ec2.NewFromConfig(t.Config), emit: emit, own: map[string]bool{}, keys: map[string]string{}, unlisted: map[string]bool{}}
	var errs []error
	for _, l := range ec2Listings {
		err := l.list(c, ctx)
		if err == nil {
			t.Listed(l.cfnType)
			continue
		}
		errs = append(errs, err)
		if isFatal(err) {
			break
		}
		c.unlisted[l.cfnType] = true
	}
	return errors.Join(errs...)
}

// ec2Listing is one run of the collector.
type ec2Listing struct {
	Target
	api  *ec2.Client
	emit func(estate.Resource)
	own  map[string]bool   // images and snapshots of this account, by id
	keys map[string]string // ids of key pairs, by name

	unlisted map[string]bool // types that could not be listed in full
}

// owned relates to an image or a snapshot. Somebody else's has an ARN without an account.
func (c *ec2Listing) owned(i *item, kind string, id *string) {
	v := awssdk.ToString(id)
	if v == "" {
		return
	}
	if !c.own[v] && c.unlisted[map[string]string{"image": "AWS::EC2::Image", "snapshot": "AWS::EC2::Snapshot"}[kind]] {
		i.unseen(kind) // whose it is was not told
		return
	}
	arn := estate.ARN{Partition: c.Partition, Service: "ec2", Region: c.Config.Region, Resource: kind + "/" + v}
	if c.own[v] {
		arn.AccountID = c.Cell.AccountID
	}
	i.relate(kind, arn.String())
}

func ec2Tags(tags []types.Tag) map[string]string {
	return tagsOf(tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
}

// add starts a resource that is known by its EC2 id.
func (c *ec2Listing) add(cfnType, resource string, id *string, tags []types.Tag, answer any) (*item, error) {
	name := awssdk.ToString(id)
	i, err := c.newItem(cfnType, c.arn("ec2", resource+name), name, ec2Tags(tags), answer)
	if err == nil {
		i.target, i.emit = c.Target, c.emit
	}
	return i, err
}

func (c *ec2Listing) groups(i *item, ids []types.GroupIdentifier) {
	for _, g := range ids {
		i.relateID(c.Target, "security-group", "ec2", "security-group/", g.GroupId)
	}
}

func (c *ec2Listing) instances(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeInstances(ctx, &ec2.DescribeInstancesInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, reservation := range out.Reservations {
			for _, in := range reservation.Instances {
				if err := c.instance(in); err != nil {
					return nil, err
				}
			}
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) instance(in types.Instance) error {
	state := ""
	if in.State != nil {
		state = string(in.State.Name)
	}
	if state == string(types.InstanceStateNameTerminated) {
		return nil // it is gone; EC2 lists it for another hour
	}
	i, err := c.add("AWS::EC2::Instance", "instance/", in.InstanceId, in.Tags, in)
	if err != nil {
		return err
	}
	if state != "" {
		i.Attributes["State"] = state
	}
	i.relateID(c.Target, "vpc", "ec2", "vpc/", in.VpcId)
	i.relateID(c.Target, "subnet", "ec2", "subnet/", in.SubnetId)
	c.owned(i, "image", in.ImageId)
	c.groups(i, in.SecurityGroups)
	c.keyPair(i, in.KeyName)
	for _, d := range in.BlockDeviceMappings {
		if d.Ebs != nil {
			i.near("volume", "ec2", "volume/", str(d.Ebs.VolumeId))
		}
	}
	for _, n := range in.NetworkInterfaces {
		i.near("network-interface", "ec2", "network-interface/", str(n.NetworkInterfaceId))
	}
	if in.IamInstanceProfile != nil {
		i.relateARN("instance-profile", in.IamInstanceProfile.Arn)
	}
	c.emit(i.finish())
	return nil
}

func (c *ec2Listing) volumes(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{NextToken: token, MaxResults: awssdk.Int32(500)})
		if err != nil {
			return nil, err
		}
		for _, v := range out.Volumes {
			i, err := c.add("AWS::EC2::Volume", "volume/", v.VolumeId, v.Tags, v)
			if err != nil {
				return nil, err
			}
			i.Attributes["Attached"] = len(v.Attachments) > 0
			for _, a := range v.Attachments {
				i.relateID(c.Target, "attached-to", "ec2", "instance/", a.InstanceId)
			}
			c.owned(i, "snapshot", v.SnapshotId)
			i.relateARN("kms-key", v.KmsKeyId)
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) snapshots(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{
			OwnerIds: []string{"self"}, NextToken: token, MaxResults: awssdk.Int32(1000),
		})
		if err != nil {
			return nil, err
		}
		for _, s := range out.Snapshots {
			c.own[awssdk.ToString(s.SnapshotId)] = true
			i, err := c.add("AWS::EC2::Snapshot", "snapshot/", s.SnapshotId, s.Tags, s)
			if err != nil {
				return nil, err
			}
			// A copied snapshot names the volume vol-ffffffff, which is nowhere.
			if awssdk.ToString(s.VolumeId) != "vol-ffffffff" {
				i.relateID(c.Target, "volume", "ec2", "volume/", s.VolumeId)
			}
			i.relateARN("kms-key", s.KmsKeyId)
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}

func (c *ec2Listing) images(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeImages(ctx, &ec2.DescribeImagesInput{
			Owners: []string{"self"}, NextToken: token, MaxResults: awssdk.Int32(1000),
		})
		if err != nil {
			return nil, err
		}
		for _, m := range out.Images {
			c.own[awssdk.ToString(m.ImageId)] = true
			i, err := c.add("AWS::EC2::Image", "image/", m.ImageId, m.Tags, m)
			if err != nil {
				return nil, err
			}
			if i.Tags["Name"] == "" && awssdk.ToString(m.Name) != "" {
				i.Name = *m.Name
			}
			for _, d := range m.BlockDeviceMappings {
				if d.Ebs != nil {
					c.owned(i, "snapshot", d.Ebs.SnapshotId)
				}
			}
			c.emit(i.finish())
		}
		return out.NextToken, nil
	})
}
