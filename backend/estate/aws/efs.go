package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/efs"
	"github.com/aws/aws-sdk-go-v2/service/efs/types"
)

func efsCollector() Collector {
	return regional("efs", efs.NewFromConfig, list(fileSystems, "AWS::EFS::FileSystem"), list(accessPoints, "AWS::EFS::AccessPoint"))
}

func efsTags(tags []types.Tag) map[string]string {
	return tagsOf(tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
}

// fileSystems leaves out the metered size, which AWS counts anew each hour.
func fileSystems(ctx context.Context, r *run[*efs.Client], token *string) (*string, error) {
	out, err := r.api.DescribeFileSystems(ctx, &efs.DescribeFileSystemsInput{Marker: token, MaxItems: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextMarker, each(ctx, r, out.FileSystems, func(ctx context.Context, f types.FileSystemDescription) error {
		f.SizeInBytes = nil
		i := r.item("AWS::EFS::FileSystem", str(f.FileSystemArn), str(f.FileSystemId), efsTags(f.Tags), f)
		if name := str(f.Name); name != "" {
			i.Name = name
		}
		i.key(str(f.KmsKeyId))
		targets, err := r.api.DescribeMountTargets(ctx, &efs.DescribeMountTargetsInput{FileSystemId: f.FileSystemId})
		if r.detail(ctx, i, err, "vpc", "subnet", "network-interface", "security-group", "Attached") {
			for _, m := range targets.MountTargets {
				i.network(str(m.VpcId), []string{str(m.SubnetId)}, nil).near("network-interface", "ec2", "network-interface/", str(m.NetworkInterfaceId))
				groups, err := r.api.DescribeMountTargetSecurityGroups(ctx, &efs.DescribeMountTargetSecurityGroupsInput{MountTargetId: m.MountTargetId})
				if r.detail(ctx, i, err, "security-group") {
					i.network("", nil, groups.SecurityGroups)
				}
			}
			i.set("Attached", len(targets.MountTargets) > 0)
		}
		backups, err := r.api.DescribeBackupPolicy(ctx, &efs.DescribeBackupPolicyInput{FileSystemId: f.FileSystemId})
		if r.detail(ctx, i, err, "BackupPolicy") && backups.BackupPolicy != nil {
			i.set("BackupPolicy", string(backups.BackupPolicy.Status))
		}
		i.done()
		return nil
	})
}

func accessPoints(ctx context.Context, r *run[*efs.Client], token *string) (*string, error) {
	out, err := r.api.DescribeAccessPoints(ctx, &efs.DescribeAccessPointsInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, p := range out.AccessPoints {
		i := r.item("AWS::EFS::AccessPoint", str(p.AccessPointArn), str(p.AccessPointId), efsTags(p.Tags), p)
		i.near("file-system", "elasticfilesystem", "file-system/", str(p.FileSystemId)).done()
	}
	return out.NextToken, nil
}
