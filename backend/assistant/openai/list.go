package openai

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"

	"cloudops/backend/assistant/model"
)

// List asks an endpoint for its models, sorted, within 10 s.
func List(ctx context.Context, baseURL, apiKey string) ([]string, error) {
	// A model is needed to make a provider; which one does not matter for the list.
	o, err := New(Options{BaseURL: baseURL, Model: "-", APIKey: apiKey})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.base.String()+"models", nil)
	if err != nil {
		return nil, model.Errorf(model.CodeBadAddress, false, "", err, "the address of the model is not usable")
	}
	if apiKey != "" {
		req.Header.Set("Authorization", "Bearer "+apiKey)
	}
	client := model.Client(5 * time.Second)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, model.Errorf(model.CodeTimeout, true, "Look whether the server is busy, and check the address.", err, "%s does not answer in time", o.base.Host)
		}
		if unreached := model.Unreached(o.base.Host, err, false); unreached != nil {
			return nil, unreached
		}
		return nil, model.Errorf(model.CodeNetwork, true, "Check the address, the network and the proxy.", err, "%s cannot be reached", o.base.Host)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	return o.decodeModels(resp)
}

func (o *Provider) decodeModels(resp *http.Response) ([]string, error) {
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return nil, model.Errorf(model.CodeUnauthorized, false, "Check the API key.", nil, "%s does not accept the key (%d)", o.base.Host, code)
	case code >= 300 && code < 400:
		return nil, o.redirected(resp)
	case code == http.StatusTooManyRequests:
		return nil, model.Errorf(model.CodeRateLimited, true, model.BusyHint(model.RetryAfter(resp)), nil, "%s takes no more requests now", o.base.Host)
	case code >= 500:
		return nil, model.Errorf(model.CodeServer, true, "Look at the model server's log, or try again.", nil, "%s answered with an error (%d)", o.base.Host, code)
	case code != http.StatusOK:
		return nil, model.Errorf(model.CodeRejected, false, "Check that the address ends with its version, such as /v1.", nil, "%s answers %d", o.base.Host, code)
	}
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 4<<20)).Decode(&list); err != nil {
		return nil, model.Errorf(model.CodeMalformed, false, "Check that the address is that of an OpenAI-compatible server.", err,
			"what %s answers is not a list of models", o.base.Host)
	}
	var models []string
	for _, m := range list.Data {
		if m.ID != "" {
			models = append(models, m.ID)
		}
	}
	slices.Sort(models)
	return models, nil
}
