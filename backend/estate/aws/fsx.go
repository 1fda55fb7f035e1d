package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/fsx"
	"github.com/aws/aws-sdk-go-v2/service/fsx/types"
)

func fsxCollector() Collector {
	return regional("fsx", fsx.NewFromConfig, list(fsxFileSystems, "AWS::FSx::FileSystem"), list(fsxBackups, "AWS::FSx::Backup"))
}

func fsxTags(tags []types.Tag) map[string]string {
	return tagsOf(tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
}

func fsxFileSystems(ctx context.Context, r *run[*fsx.Client], token *string) (*string, error) {
	out, err := r.api.DescribeFileSystems(ctx, &fsx.DescribeFileSystemsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	for _, f := range out.FileSystems {
		f.AdministrativeActions = nil
		i := r.item("AWS::FSx::FileSystem", str(f.ResourceARN), str(f.FileSystemId), fsxTags(f.Tags), f)
		i.network(str(f.VpcId), f.SubnetIds, nil).near("network-interface", "ec2", "network-interface/", f.NetworkInterfaceIds...).key(str(f.KmsKeyId)).done()
	}
	return out.NextToken, nil
}

func fsxBackups(ctx context.Context, r *run[*fsx.Client], token *string) (*string, error) {
	out, err := r.api.DescribeBackups(ctx, &fsx.DescribeBackupsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	for _, b := range out.Backups {
		i := r.item("AWS::FSx::Backup", str(b.ResourceARN), str(b.BackupId), fsxTags(b.Tags), struct {
			BackupID, Type, Lifecycle string
			CreationTime              any
		}{str(b.BackupId), string(b.Type), string(b.Lifecycle), b.CreationTime})
		if b.FileSystem != nil {
			i.to("snapshot-of", str(b.FileSystem.ResourceARN))
		}
		i.key(str(b.KmsKeyId)).done()
	}
	return out.NextToken, nil
}
