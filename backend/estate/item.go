package estate

import (
	"strconv"
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
	Facts     []Fact // what else was read from the attributes, in the order of FactFields
}

// Fact is a plain field of a resource as text: a number as it is written, a moment as RFC 3339, a flag as true or false.
type Fact struct{ Field, Value string }

// FactFields are the fields that a resource may have facts of.
var FactFields = []string{
	fieldEngine, fieldVersion, fieldRuntime, fieldClass, fieldKind, fieldSize, fieldMemory, fieldRetention, fieldTeam, fieldCreated, fieldExpires,
	fieldEncrypted, fieldPublic, fieldAttached, fieldRotation, fieldMultiAZ, fieldDeletionProtection, fieldVersioning,
}

func factsOf(rec *store.Record) []Fact {
	var out []Fact
	for _, field := range FactFields {
		value := ""
		switch v := rec.Fields[field].(type) {
		case string:
			value = v
		case bool:
			value = strconv.FormatBool(v)
		case float64:
			value = strconv.FormatFloat(v, 'f', -1, 64)
		case int64:
			value = strconv.FormatInt(v, 10)
			if field == fieldCreated || field == fieldExpires {
				value = time.UnixMilli(v).UTC().Format(time.RFC3339)
			}
		}
		if value != "" {
			out = append(out, Fact{field, value})
		}
	}
	return out
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
		FirstSeen: momentOf(rec, fieldFirstSeen), Facts: factsOf(rec),
	}, nil
}
