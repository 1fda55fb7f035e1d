package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Endpoint is a model server that was looked at.
type Endpoint struct {
	Name    string // "Ollama"; empty for one that was entered
	BaseURL string
	Models  []string // sorted
	OK      bool     // it answers and has a model
	Detail  string   // for people: what is wrong, or how many models there are
	Code    Code     // of what is wrong; empty where OK
}

// usual are the addresses at which the common local servers listen unless told otherwise.
var usual = []Endpoint{
	{Name: "Ollama", BaseURL: "http://127.0.0.1:11434/v1"},
	{Name: "LM Studio", BaseURL: "http://127.0.0.1:1234/v1"},
	{Name: "llama.cpp", BaseURL: "http://127.0.0.1:8080/v1"},
}

const detectTimeout = 800 * time.Millisecond

// Detect looks for model servers at their usual addresses on this machine and returns those that answer, all within
// 0.8 s. It sends no key.
func Detect(ctx context.Context) []Endpoint { return detect(ctx, usual) }

func detect(ctx context.Context, at []Endpoint) []Endpoint {
	ctx, cancel := context.WithTimeout(ctx, detectTimeout)
	defer cancel()
	found := make([]Endpoint, len(at))
	var all sync.WaitGroup
	for i, e := range at {
		all.Go(func() {
			found[i] = Probe(ctx, e.BaseURL, "")
			found[i].Name = e.Name
		})
	}
	all.Wait()
	return slices.DeleteFunc(found, func(e Endpoint) bool {
		return !e.OK && e.Code != CodeUnauthorized && e.Code != CodeNoModel
	})
}

// Probe asks an endpoint for its models. It always returns; what is wrong is in Detail and Code.
func Probe(ctx context.Context, baseURL, apiKey string) Endpoint {
	e := Endpoint{BaseURL: baseURL}
	models, err := listModels(ctx, baseURL, apiKey)
	var m *ModelError
	switch {
	case errors.As(err, &m):
		e.Code, e.Detail = m.Code, m.Message
		if m.Hint != "" {
			e.Detail += ". " + m.Hint
		}
	case err != nil:
		e.Code, e.Detail = CodeOf(err), "it did not answer"
	case len(models) == 0:
		e.Code, e.Detail = CodeNoModel, "it answers, and has no model yet"
	default:
		e.OK, e.Models, e.Detail = true, models, fmt.Sprintf("%d models", len(models))
		if len(models) == 1 {
			e.Detail = "1 model"
		}
	}
	return e
}

func listModels(ctx context.Context, baseURL, apiKey string) ([]string, error) {
	// A model is needed to make a provider; which one does not matter for the list.
	o, err := NewOpenAI(OpenAIOptions{BaseURL: baseURL, Model: "-", APIKey: apiKey})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.base.String()+"models", nil)
	if err != nil {
		return nil, modelError(CodeBadAddress, false, "", err, "the address of the model is not usable")
	}
	if apiKey != "" {
		req.Header.Set("Authorization", "Bearer "+apiKey)
	}
	client := &http.Client{Transport: transport(5 * time.Second), CheckRedirect: stay}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return nil, reach(o.base.Host, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	return decodeModels(o, resp)
}

func reach(host string, err error) error {
	var netErr net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return modelError(CodeRefused, true, "Start the model server, or enter another address.", err, "nothing listens at %s", host)
	case errors.As(err, &netErr) && netErr.Timeout():
		return modelError(CodeTimeout, true, "", err, "%s does not answer in time", host)
	}
	return modelError(CodeNetwork, true, "Check the address, the network and the proxy.", err, "%s cannot be reached", host)
}

func decodeModels(o *OpenAI, resp *http.Response) ([]string, error) {
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return nil, modelError(CodeUnauthorized, false, "Check the API key.", nil, "%s does not accept the key (%d)", o.base.Host, code)
	case code >= 300 && code < 400:
		return nil, o.redirected(resp)
	case code != http.StatusOK:
		return nil, modelError(CodeRejected, false, "Check that the address ends with its version, such as /v1.", nil, "%s answers %d", o.base.Host, code)
	}
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 4<<20)).Decode(&list); err != nil {
		return nil, modelError(CodeMalformed, false, "Check that the address is that of an OpenAI-compatible server.", err,
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
