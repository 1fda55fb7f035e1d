package main

import (
	"bytes"
	"context"
	"fmt"

	"cloudops/backend/estate"
	"cloudops/backend/host"
)

type estateQuery struct {
	ID    string `json:"id"`
	Query string `json:"query"`
}

// resources is a file in the format of `cloudops estate import`, with queries beside the resources.
type resources struct {
	file []byte
	asks []estateQuery
}

func (r resources) load(ctx context.Context, h *host.Host) error {
	_, report, err := h.Estate.Import(ctx, bytes.NewReader(r.file), nil)
	if err != nil {
		return err
	}
	if report.Rejected > 0 {
		return fmt.Errorf("import: %d resources were rejected", report.Rejected)
	}
	return nil
}

func (r resources) queries() []query {
	out := make([]query, len(r.asks))
	for i, q := range r.asks {
		out[i] = query{q.ID, func(ctx context.Context, h *host.Host) ([]string, error) {
			page, err := h.Estate.Search(ctx, estate.Query{Text: q.Query, Limit: hitsWanted, NoFacets: true})
			var hits []string
			for _, hit := range page.Hits {
				hits = append(hits, hit.ARN)
			}
			return hits, err
		}}
	}
	return out
}
