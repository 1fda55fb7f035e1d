package estate

import (
	"time"

	"cloudops/backend/store"
)

// Item is a resource with what was derived from it.
type Item struct {
	Resource
	TypeLabel string // "EC2 instance"
	Service   string
	Env       string // canonical, "production"; empty: unknown
	State     string // lower case; empty: unknown
	FirstSeen time.Time
}

// WhyMeaning is the reason of a hit that no word of the query speaks for.
const WhyMeaning = "similar in meaning"

// Hit is an item that was found.
type Hit struct {
	Item
	Score float64  // 0 … 1, falling; comparable within one result only
	Why   []string // reasons: "environment: production (tag Environment)"
}

func itemOf(rec *store.Record) (Item, error) {
	r, err := resourceOf(rec)
	if err != nil {
		return Item{}, err
	}
	return Item{
		Resource: r, TypeLabel: TypeLabel(r.Type), Service: str(rec, fieldService), Env: str(rec, fieldEnv), State: str(rec, fieldState),
		FirstSeen: momentOf(rec, fieldFirstSeen),
	}, nil
}
