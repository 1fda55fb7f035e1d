package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
)

// backupCollector lists vaults and plans. Recovery points are left to the services whose snapshots they are: an account
// holds them by the hundred thousand.
func backupCollector() Collector {
	return regional("backup", backup.NewFromConfig, list(backupVaults, "AWS::Backup::BackupVault"), list(backupPlans, "AWS::Backup::BackupPlan"))
}

func backupTags(ctx context.Context, r *run[*backup.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		out, err := r.api.ListTags(ctx, &backup.ListTagsInput{ResourceArn: arn})
		if err != nil {
			return nil, err
		}
		return out.Tags, nil
	})
}

func backupVaults(ctx context.Context, r *run[*backup.Client], token *string) (*string, error) {
	out, err := r.api.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.BackupVaultList, func(ctx context.Context, v types.BackupVaultListMember) error {
		v.NumberOfRecoveryPoints = 0
		i := r.item("AWS::Backup::BackupVault", str(v.BackupVaultArn), str(v.BackupVaultName), backupTags(ctx, r, v.BackupVaultArn), v)
		delete(i.Attributes, "NumberOfRecoveryPoints")
		i.key(str(v.EncryptionKeyArn)).done()
		return nil
	})
}

func backupPlans(ctx context.Context, r *run[*backup.Client], token *string) (*string, error) {
	out, err := r.api.ListBackupPlans(ctx, &backup.ListBackupPlansInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.BackupPlansList, func(ctx context.Context, p types.BackupPlansListMember) error {
		p.LastExecutionDate = nil
		i := r.item("AWS::Backup::BackupPlan", str(p.BackupPlanArn), str(p.BackupPlanName), backupTags(ctx, r, p.BackupPlanArn), p)
		got, err := r.api.GetBackupPlan(ctx, &backup.GetBackupPlanInput{BackupPlanId: p.BackupPlanId})
		if r.detail(ctx, i, err, "Rules", "vault", "copies-to") && got.BackupPlan != nil {
			backupRules(i, got.BackupPlan.Rules)
		}
		r.detail(ctx, i, eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := r.api.ListBackupSelections(ctx, &backup.ListBackupSelectionsInput{BackupPlanId: p.BackupPlanId, NextToken: token})
			if err != nil {
				return nil, err
			}
			for _, s := range out.BackupSelectionsList {
				i.to("role", str(s.IamRoleArn))
			}
			return out.NextToken, nil
		}), "role")
		i.done()
		return nil
	})
}

func backupRules(i *item, rules []types.BackupRule) {
	var said []any
	for _, u := range rules {
		rule := map[string]any{}
		for k, v := range map[string]string{
			"RuleName": str(u.RuleName), "ScheduleExpression": str(u.ScheduleExpression), "TargetBackupVaultName": str(u.TargetBackupVaultName),
		} {
			if v != "" {
				rule[k] = v
			}
		}
		if u.Lifecycle != nil && u.Lifecycle.DeleteAfterDays != nil {
			rule["DeleteAfterDays"] = float64(*u.Lifecycle.DeleteAfterDays)
		}
		said = append(said, rule)
		i.near("vault", "backup", "backup-vault:", str(u.TargetBackupVaultName))
		for _, c := range u.CopyActions {
			i.to("copies-to", str(c.DestinationBackupVaultArn))
		}
	}
	if len(said) > 0 {
		sortValues(said)
		i.Attributes["Rules"] = said
	}
}
