package main

import (
	"context"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/chat"
	"cloudops/backend/store"
)

// rawClient makes the calls that bound ours: the same question to the same collection, and nothing of it opened or mapped.
type rawClient struct{ client *qdrant.Client }

func (r *rawClient) close() { _ = r.client.Close() } // nothing of it is waited for

func (r *rawClient) last(ctx context.Context, conversation string, before int64, limit int) error {
	filter := &qdrant.Filter{Must: []*qdrant.Condition{qdrant.NewMatch("user_id", chat.DefaultUser), qdrant.NewMatch("context_id", conversation)}}
	if before > 0 {
		below := float64(before)
		filter.Must = append(filter.Must, qdrant.NewRange("seq", &qdrant.Range{Lt: &below}))
	}
	return r.scroll(ctx, string(store.ChatHistory), filter, "seq", limit)
}

func (r *rawClient) sessions(ctx context.Context, limit int) error {
	filter := &qdrant.Filter{Must: []*qdrant.Condition{qdrant.NewMatch("user_id", chat.DefaultUser)}}
	return r.scroll(ctx, string(store.ChatSessions), filter, "last_activity", limit)
}

func (r *rawClient) scroll(ctx context.Context, collection string, filter *qdrant.Filter, by string, limit int) error {
	_, err := r.client.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: collection, Filter: filter, Limit: qdrant.PtrOf(uint32(limit)), WithPayload: qdrant.NewWithPayload(true),
		OrderBy: &qdrant.OrderBy{Key: by, Direction: qdrant.PtrOf(qdrant.Direction_Desc)},
	})
	return err
}

func (r *rawClient) nearest(ctx context.Context, vector []float32, limit int) error {
	_, err := r.client.Query(ctx, &qdrant.QueryPoints{
		CollectionName: string(store.ChatHistory), Query: qdrant.NewQuery(vector...), Using: qdrant.PtrOf("dense"),
		Limit: qdrant.PtrOf(uint64(limit)), WithPayload: qdrant.NewWithPayload(true),
		Filter: &qdrant.Filter{Must: []*qdrant.Condition{qdrant.NewMatch("user_id", chat.DefaultUser)}},
	})
	return err
}
