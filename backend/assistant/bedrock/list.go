package bedrock

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/smithy-go/auth/bearer"

	"cloudops/backend/assistant/model"
)

// List returns the text models that the account can stream from in the region, foundation models on demand and inference
// profiles, sorted, within 15 s.
func List(ctx context.Context, opt Options) ([]string, error) {
	if opt.Model == "" {
		opt.Model = "-" // which one does not matter for the list
	}
	p, err := New(ctx, opt)
	if err != nil {
		return nil, err
	}
	cfg, err := load(ctx, opt)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	client := bedrock.NewFromConfig(cfg, func(o *bedrock.Options) {
		o.HTTPClient = model.Client(5 * time.Second)
		o.Retryer = aws.NopRetryer{}
		if opt.Endpoint != "" {
			o.BaseEndpoint = aws.String(opt.Endpoint)
		}
		if opt.APIKey != "" {
			o.BearerAuthTokenProvider = bearer.StaticTokenProvider{Token: bearer.Token{Value: opt.APIKey}}
			o.AuthSchemePreference = []string{"httpBearerAuth"}
		}
	})
	models, err := list(ctx, client)
	if ctx.Err() != nil {
		return nil, model.Errorf(model.CodeTimeout, true, "Check the network, the proxy and the region.", err, "Bedrock does not answer in time")
	}
	if err != nil {
		return nil, p.classify(err, false)
	}
	slices.Sort(models)
	return slices.Compact(models), nil
}

func list(ctx context.Context, client *bedrock.Client) ([]string, error) {
	var models []string
	found, err := client.ListFoundationModels(ctx, &bedrock.ListFoundationModelsInput{ByOutputModality: types.ModelModalityText})
	if err != nil {
		return nil, err
	}
	for _, m := range found.ModelSummaries {
		if aws.ToBool(m.ResponseStreamingSupported) && slices.Contains(m.InferenceTypesSupported, types.InferenceTypeOnDemand) {
			models = append(models, aws.ToString(m.ModelId))
		}
	}
	pages := bedrock.NewListInferenceProfilesPaginator(client, &bedrock.ListInferenceProfilesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			// A role that may list models alone still has those.
			if len(models) > 0 {
				return models, nil
			}
			return nil, err
		}
		for _, prof := range page.InferenceProfileSummaries {
			models = append(models, aws.ToString(prof.InferenceProfileId))
		}
	}
	return models, nil
}
