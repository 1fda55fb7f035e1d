package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	identity "github.com/aws/aws-sdk-go-v2/service/cognitoidentity/types"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func userPoolCollector() Collector {
	return regional("cognito-idp", idp.NewFromConfig, list(userPools, "AWS::Cognito::UserPool"))
}

// userPools never lists the users.
func userPools(ctx context.Context, r *run[*idp.Client], token *string) (*string, error) {
	out, err := r.api.ListUserPools(ctx, &idp.ListUserPoolsInput{NextToken: token, MaxResults: awssdk.Int32(60)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.UserPools, func(ctx context.Context, s types.UserPoolDescriptionType) error {
		got, err := r.api.DescribeUserPool(ctx, &idp.DescribeUserPoolInput{UserPoolId: s.Id})
		if err != nil {
			return err
		}
		p := got.UserPool
		p.EstimatedNumberOfUsers, p.SchemaAttributes = 0, nil
		i := r.item("AWS::Cognito::UserPool", str(p.Arn), str(p.Name), p.UserPoolTags, p)
		delete(i.Attributes, "EstimatedNumberOfUsers")
		if l := p.LambdaConfig; l != nil {
			for _, f := range []*string{
				l.CreateAuthChallenge, l.CustomMessage, l.DefineAuthChallenge, l.PostAuthentication, l.PostConfirmation, l.PreAuthentication,
				l.PreSignUp, l.PreTokenGeneration, l.UserMigration, l.VerifyAuthChallengeResponse,
			} {
				i.to("trigger", str(f))
			}
			i.key(str(l.KMSKeyID))
		}
		if p.SmsConfiguration != nil {
			i.to("role", str(p.SmsConfiguration.SnsCallerArn))
		}
		i.done()
		return nil
	})
}

func identityPoolCollector() Collector {
	return regional("cognito-identity", cognitoidentity.NewFromConfig, list(identityPools, "AWS::Cognito::IdentityPool"))
}

func identityPools(ctx context.Context, r *run[*cognitoidentity.Client], token *string) (*string, error) {
	out, err := r.api.ListIdentityPools(ctx, &cognitoidentity.ListIdentityPoolsInput{NextToken: token, MaxResults: awssdk.Int32(60)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.IdentityPools, func(ctx context.Context, s identity.IdentityPoolShortDescription) error {
		p, err := r.api.DescribeIdentityPool(ctx, &cognitoidentity.DescribeIdentityPoolInput{IdentityPoolId: s.IdentityPoolId})
		if err != nil {
			return err
		}
		i := r.item("AWS::Cognito::IdentityPool", r.arn("cognito-identity", "identitypool/"+str(p.IdentityPoolId)), str(p.IdentityPoolName), p.IdentityPoolTags, p)
		for _, c := range p.CognitoIdentityProviders {
			i.near("user-pool", "cognito-idp", "userpool/", lastOf(str(c.ProviderName)))
		}
		roles, err := r.api.GetIdentityPoolRoles(ctx, &cognitoidentity.GetIdentityPoolRolesInput{IdentityPoolId: s.IdentityPoolId})
		if r.detail(ctx, i, err) {
			for _, role := range roles.Roles {
				i.to("role", role)
			}
		}
		i.done()
		return nil
	})
}
