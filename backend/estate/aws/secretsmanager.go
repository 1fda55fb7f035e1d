package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

func secretsCollector() Collector {
	return regional("secretsmanager", secretsmanager.NewFromConfig, list(secrets, "AWS::SecretsManager::Secret"))
}

// secrets lists what secrets there are; their values are never asked for.
func secrets(ctx context.Context, r *run[*secretsmanager.Client], token *string) (*string, error) {
	out, err := r.api.ListSecrets(ctx, &secretsmanager.ListSecretsInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, s := range out.SecretList {
		tags := tagsOf(s.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
		s.LastAccessedDate, s.SecretVersionsToStages = nil, nil
		i := r.item("AWS::SecretsManager::Secret", str(s.ARN), str(s.Name), tags, s)
		i.Attributes["RotationEnabled"] = awssdk.ToBool(s.RotationEnabled)
		i.key(str(s.KmsKeyId)).to("rotation-function", str(s.RotationLambdaARN)).done()
	}
	return out.NextToken, nil
}
