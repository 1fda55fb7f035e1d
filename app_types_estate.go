package main

// The wire types of the estate.

// Resource is a row of the estate.
type Resource struct {
	ARN       string `json:"arn"`
	Type      string `json:"type"`
	TypeLabel string `json:"typeLabel"` // "EC2 instance"
	Service   string `json:"service"`
	Name      string `json:"name"`
	Region    string `json:"region"`
	AccountID string `json:"accountId"`
	// AccountName is what people call the account; empty: not known.
	AccountName string   `json:"accountName"`
	Env         string   `json:"env"`
	State       string   `json:"state"`
	FirstSeen   string   `json:"firstSeen"`
	Facts       []Tag    `json:"facts"` // other plain fields that it has: engine, version, size, created_at …
	Tags        []Tag    `json:"tags"`
	Score       float64  `json:"score"`
	Why         []string `json:"why"` // reasons for the hit
}

// Tag is a resource's tag.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// ResourceRelation is one edge at a resource.
type ResourceRelation struct {
	Kind     string    `json:"kind"`
	Outgoing bool      `json:"outgoing"`
	ARN      string    `json:"arn"`
	Resource *Resource `json:"resource"` // nil: the other end is not in the inventory
}

// ResourceDetail is everything about a resource.
type ResourceDetail struct {
	Resource   Resource           `json:"resource"`
	Attributes string             `json:"attributes"` // JSON, indented
	Relations  []ResourceRelation `json:"relations"`
	Incoming   int                `json:"incoming"` // resources that refer to it; not all of a great many are in relations
	FirstSeen  string             `json:"firstSeen"`
	LastSeen   string             `json:"lastSeen"`
	ConsoleURL string             `json:"consoleUrl"`
}

// EstateFilter is one removable filter.
type EstateFilter struct {
	Field     string   `json:"field"` // type, service, region, account_id, env, state, tag, engine …
	Values    []string `json:"values"`
	Not       bool     `json:"not"` // what has none of the values
	Min       *float64 `json:"min"` // of size, memory, retention_days, created_at, expires_at (Unix ms), first_seen; nil: open
	Max       *float64 `json:"max"`
	Label     string   `json:"label"`
	FromQuery bool     `json:"fromQuery"` // understood from the words of the query
	Relaxed   bool     `json:"relaxed"`   // nothing met it together with the others, so it was left out
}

// EstateQuery asks for a page of the estate.
type EstateQuery struct {
	Text             string         `json:"text"` // empty: browse
	Filters          []EstateFilter `json:"filters"`
	IgnoreUnderstood []string       `json:"ignoreUnderstood"` // fields of understood filters that the user removed
	SortBy           string         `json:"sortBy"`           // any plain field; empty: relevance or name
	Desc             bool           `json:"desc"`
	Limit            int            `json:"limit"`
	Skip             int            `json:"skip"` // hits left out at the beginning
}

// FacetValue is a value and its count.
type FacetValue struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

// EstateGroups counts a result by one field.
type EstateGroups struct {
	Total  int          `json:"total"` // of the result; resources without the field are in it alone
	Groups []FacetValue `json:"groups"`
}

// FacetGroup is the values of one field.
type FacetGroup struct {
	Field  string       `json:"field"`
	Label  string       `json:"label"`
	Values []FacetValue `json:"values"`
}

// EstatePage is a page of results with the facets of the whole result.
type EstatePage struct {
	Resources  []Resource     `json:"resources"`
	Total      int            `json:"total"`
	Understood []EstateFilter `json:"understood"` // what the query's words became
	Facets     []FacetGroup   `json:"facets"`
	TookMS     float64        `json:"tookMs"`
	Pending    int            `json:"pending"`
	Dense      bool           `json:"dense"`      // meaning took part, not words alone
	FromLedger bool           `json:"fromLedger"` // Qdrant is down: read from the ledger
	Notes      []string       `json:"notes"`      // what was cut or left out, for people
}

// EstateStats is the overview.
type EstateStats struct {
	Total     int          `json:"total"`
	ByType    []FacetValue `json:"byType"`
	ByService []FacetValue `json:"byService"`
	ByRegion  []FacetValue `json:"byRegion"`
	ByAccount []FacetValue `json:"byAccount"`
	ByEnv     []FacetValue `json:"byEnv"`
	LastScan  string       `json:"lastScan"`
}

// ScanRequest starts a scan; empty fields mean the settings' own.
type ScanRequest struct {
	Profiles []string `json:"profiles"`
	Regions  []string `json:"regions"`
	Services []string `json:"services"`
}

// FieldChange is a field before and after, as JSON; empty where it was or is not there.
type FieldChange struct {
	Field  string `json:"field"` // name, tags.Team, attributes.InstanceType, related …
	Before string `json:"before"`
	After  string `json:"after"`
}

// EstateChange is one difference between two looks at a resource.
type EstateChange struct {
	ID          string        `json:"id"`
	At          string        `json:"at"`
	Kind        string        `json:"kind"` // added | changed | removed
	ARN         string        `json:"arn"`
	Type        string        `json:"type"`
	TypeLabel   string        `json:"typeLabel"`
	Service     string        `json:"service"`
	Name        string        `json:"name"`
	Region      string        `json:"region"`
	AccountID   string        `json:"accountId"`
	AccountName string        `json:"accountName"`
	Env         string        `json:"env"`
	Fields      []FieldChange `json:"fields"` // of kind changed
}

// ChangeQuery asks for changes.
type ChangeQuery struct {
	Since   string         `json:"since"`   // RFC 3339; empty: all
	Until   string         `json:"until"`   // RFC 3339, not in it; empty: up to now
	Filters []EstateFilter `json:"filters"` // type, service, region, account_id, env, name, arn, change
	Limit   int            `json:"limit"`
	Cursor  string         `json:"cursor"`
}

// ChangePage is a page of changes, newest first.
type ChangePage struct {
	Changes []EstateChange `json:"changes"`
	Total   int            `json:"total"`
	Next    string         `json:"next"`
}

// ChangeDay is how many changes there were in a stretch of days.
type ChangeDay struct {
	From    string `json:"from"`
	To      string `json:"to"` // not in it
	Added   int    `json:"added"`
	Changed int    `json:"changed"`
	Removed int    `json:"removed"`
}

// ChangesAsked is what words that ask for changes say.
type ChangesAsked struct {
	Asked   bool           `json:"asked"` // the words ask for changes
	Since   string         `json:"since"` // empty: no time was said
	Label   string         `json:"label"` // "since Tuesday"
	Filters []EstateFilter `json:"filters"`
}

// SavedSearch is a search under a name.
type SavedSearch struct {
	ID               string         `json:"id"` // empty: a new one
	Name             string         `json:"name"`
	Text             string         `json:"text"`
	Filters          []EstateFilter `json:"filters"`
	IgnoreUnderstood []string       `json:"ignoreUnderstood"`
	Columns          []string       `json:"columns"` // empty: those of the table
	SortBy           string         `json:"sortBy"`
	Desc             bool           `json:"desc"`
}

// Freshness is how old the inventory of one account in one region is.
type Freshness struct {
	AccountID   string       `json:"accountId"`
	AccountName string       `json:"accountName"`
	Region      string       `json:"region"`
	Services    int          `json:"services"` // that were looked at
	Oldest      string       `json:"oldest"`   // the oldest of their last complete looks; empty: none was
	Newest      string       `json:"newest"`   // the newest look
	Unread      []UnreadCell `json:"unread"`   // services whose last look was not complete
}

// UnreadCell is a service that the last look could not read in full.
type UnreadCell struct {
	Service  string `json:"service"`
	Complete string `json:"complete"` // the last complete look; empty: never
}
