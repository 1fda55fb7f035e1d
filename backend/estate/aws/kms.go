package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

func kmsCollector() Collector {
	return regional("kms", kms.NewFromConfig, list(kmsAliases, "AWS::KMS::Alias"), list(kmsKeys, "AWS::KMS::Key"))
}

// kmsAliases come first: a key has no other name.
func kmsAliases(ctx context.Context, r *run[*kms.Client], token *string) (*string, error) {
	out, err := r.api.ListAliases(ctx, &kms.ListAliasesInput{Marker: token, Limit: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, a := range out.Aliases {
		if a.TargetKeyId == nil {
			continue // AWS reserves names for keys that are made when they are first used
		}
		r.remember(*a.TargetKeyId, str(a.AliasName))
		r.item("AWS::KMS::Alias", str(a.AliasArn), str(a.AliasName), nil, a).near("kms-key", "kms", "key/", *a.TargetKeyId).done()
	}
	if !out.Truncated {
		return nil, nil
	}
	return out.NextMarker, nil
}

// kmsKeys keeps a key whose policy does not let it be described: that it is there is known.
func kmsKeys(ctx context.Context, r *run[*kms.Client], token *string) (*string, error) {
	out, err := r.api.ListKeys(ctx, &kms.ListKeysInput{Marker: token, Limit: awssdk.Int32(1000)})
	if err != nil {
		return nil, err
	}
	var next *string
	if out.Truncated {
		next = out.NextMarker
	}
	return next, each(ctx, r, out.Keys, func(ctx context.Context, k types.KeyListEntry) error {
		var answer any = map[string]any{"Arn": str(k.KeyArn), "KeyId": str(k.KeyId)} // as the description has them
		got, err := r.api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: k.KeyId})
		told := r.told(ctx, err)
		if err == nil {
			answer = got.KeyMetadata
		}
		tags := r.tags(ctx, str(k.KeyArn), func() (map[string]string, error) {
			out, err := r.api.ListResourceTags(ctx, &kms.ListResourceTagsInput{KeyId: k.KeyId})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.TagKey, t.TagValue }), nil
		})
		name := r.recall(str(k.KeyId))
		if name == "" {
			name = str(k.KeyId)
		}
		i := r.item("AWS::KMS::Key", str(k.KeyArn), name, tags, answer)
		if !told {
			i.unseen()
		}
		r.needs(i, "AWS::KMS::Alias")
		if got != nil && got.KeyMetadata.KeyManager == types.KeyManagerTypeCustomer && got.KeyMetadata.KeySpec == types.KeySpecSymmetricDefault {
			status, err := r.api.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: k.KeyId})
			if r.detail(ctx, i, err, "KeyRotationEnabled") {
				i.set("KeyRotationEnabled", status.KeyRotationEnabled)
			}
		}
		i.done()
		return nil
	})
}
