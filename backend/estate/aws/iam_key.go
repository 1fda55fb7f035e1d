package aws

import (
	"context"
	"strconv"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"cloudops/backend/estate"
)

// accessKeyUsers lists the access keys of all users.
func accessKeyUsers(ctx context.Context, r *run[*iam.Client], token *string) (*string, error) {
	out, err := r.api.ListUsers(ctx, &iam.ListUsersInput{Marker: token, MaxItems: awssdk.Int32(1000)})
	if err != nil {
		return nil, err
	}
	err = each(ctx, r, out.Users, func(ctx context.Context, u types.User) error { return accessKeys(ctx, r, u) })
	if err != nil || !out.IsTruncated {
		return nil, err
	}
	return out.Marker, nil
}

// accessKeys keeps of a key when it was made and last used, and whether it is in force. Its id is not kept: a key is told from the
// other by when it was made.
func accessKeys(ctx context.Context, r *run[*iam.Client], u types.User) error {
	made := map[string]bool{}
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.api.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: u.UserName, Marker: token})
		if err != nil {
			return nil, err
		}
		for _, k := range out.AccessKeyMetadata {
			created := awssdk.ToTime(k.CreateDate).UTC().Format(time.RFC3339)
			for n := 2; made[created]; n++ {
				created = awssdk.ToTime(k.CreateDate).UTC().Format(time.RFC3339) + " " + strconv.Itoa(n)
			}
			made[created] = true
			arn := estate.MadeARN(r.Partition, "", r.Cell.AccountID, "AWS::IAM::AccessKey", str(u.UserName)+"|"+created)
			i := r.item("AWS::IAM::AccessKey", arn, "access key of "+str(u.UserName), nil, struct {
				UserName, Status string
				CreateDate       any
			}{str(u.UserName), string(k.Status), k.CreateDate})
			used, err := r.api.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: k.AccessKeyId})
			if r.detail(ctx, i, err, "LastUsedDate") && used.AccessKeyLastUsed != nil && used.AccessKeyLastUsed.LastUsedDate != nil {
				i.set("LastUsedDate", used.AccessKeyLastUsed.LastUsedDate.UTC().Format(time.DateOnly))
			}
			i.to("user", str(u.Arn)).done()
		}
		if !out.IsTruncated {
			return nil, nil
		}
		return out.Marker, nil
	})
}
