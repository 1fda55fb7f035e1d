package estate

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"cloudops/backend/store"
)

// ErrInvalid: what was asked for, or what was given, cannot be understood; the message says why.
var ErrInvalid = errors.New("invalid")

// Options of New; a zero field takes its default.
type Options struct {
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Accounts are account ids by what people call them, for "payments-prod account". Default: the names that the inventory itself
	// has, see AccountNames.
	Accounts func() map[string]string
	Log      *slog.Logger
}

// Service keeps and searches the inventory. It is safe for concurrent use.
type Service struct {
	store    store.ReadWriter
	now      func() time.Time
	accounts func() map[string]string
	log      *slog.Logger

	write  sync.Mutex // held from reading the old state to writing the new one
	names  nameCache
	saving sync.Mutex // held from checking the names of saved searches to writing one
}

// New makes a service over a store that knows Schemas.
func New(rw store.ReadWriter, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Service{store: rw, now: o.Now, accounts: o.Accounts, log: o.Log}
	if s.accounts == nil {
		s.accounts = s.accountsByName
	}
	return s
}

// Plain payload fields of aws_estate beside those that are read from attributes. The names are those of the design page.
const (
	fieldARN       = "arn"
	fieldType      = "type" // CloudFormation type name
	fieldService   = "service"
	fieldName      = "name"
	fieldRegion    = "region"
	fieldAccount   = "account_id"
	fieldEnv       = "env"        // canonical: "production"
	fieldTags      = "tags"       // k=v
	fieldTagTerms  = "tag_terms"  // k and k=v in lower case: what a tag filter compares
	fieldTeam      = "team"       // the first team that a tag names
	fieldOwners    = "owners"     // teams in query.Owner's form
	fieldWords     = "words"      // words of the name
	fieldIDs       = "ids"        // exact identifiers in lower case
	fieldRelated   = "related"    // ARNs of outgoing relations
	fieldCell      = "cell"       // account/region/service of the scan that owns the resource; empty: imported
	fieldFirstSeen = "first_seen" // Unix ms
	fieldDeleted   = "deleted_at" // Unix ms; of a removed resource, in aws_changes
	fieldHash      = "content_hash"
)

// Plain payload fields of aws_changes.
const (
	fieldAt       = "at"     // Unix ms
	fieldChange   = "change" // added, changed, removed; cell for the state of a cell
	fieldChanged  = "fields" // names of what changed, no values
	fieldResource = "resource_id"
	fieldComplete = "complete" // Unix ms of a cell's last complete scan
)

// denseWeight is the dense half's share of the fused score: names and tags are words first. Measured, see
// docs/decisions/0052.
const denseWeight = 0.35

// flatBelow: comparing with each of 100,000 vectors takes about 15 ms (docs/testing.md), and most searches are narrowed by filters anyway; building a graph of them takes
// a core for minutes and a few hundred megabytes meanwhile.
const flatBelow = 200_000

// averageTerms is the usual number of weighted terms of a resource.
const averageTerms = 60

// Schemas declares the collections of this package.
func Schemas() []store.Schema {
	return []store.Schema{Schema(), changeSchema(), stateSchema()}
}

// Schema declares aws_estate.
func Schema() store.Schema {
	fields := map[string]store.FieldKind{
		fieldFirstSeen: store.Integer, fieldDeleted: store.Integer, fieldCreated: store.Integer, fieldExpires: store.Integer,
		fieldMemory: store.Integer, fieldRetention: store.Integer, fieldSize: store.Float,
	}
	for _, f := range []string{
		fieldType, fieldService, fieldRegion, fieldAccount, fieldEnv, fieldTeam, fieldOwners, fieldCell, fieldState, fieldEngine, fieldRuntime, fieldVersion,
		fieldClass, fieldKind, fieldTraits,
	} {
		fields[f] = store.Keyword
	}
	fields[fieldARN], fields[fieldName], fields[fieldTags] = store.Lookup, store.Lookup, store.Labels
	for _, f := range []string{fieldTagTerms, fieldWords, fieldIDs, fieldRelated} {
		fields[f] = store.Lookups
	}
	for _, f := range flags {
		fields[f] = store.Bool
	}
	return store.Schema{
		Collection: store.Estate, Fields: fields, Searchable: true, DenseWeight: denseWeight, AvgTerms: averageTerms,
		ScopeField: fieldCell, SealedField: "encrypted_detail", Derive: derive, FlatBelow: flatBelow, Listed: true,
	}
}

// flags are the yes-or-no fields.
var flags = []string{fieldEncrypted, fieldPublic, fieldAttached, fieldRotation, fieldMultiAZ, fieldDeletionProtection, fieldVersioning}

// changeSchema declares aws_changes: metadata alone, found by filter and never by text.
func changeSchema() store.Schema {
	return store.Schema{
		Collection: store.Changes,
		Fields: map[string]store.FieldKind{
			fieldAt: store.Integer, fieldComplete: store.Integer, fieldDeleted: store.Integer, fieldChange: store.Keyword, fieldChanged: store.Keyword,
			fieldResource: store.Lookup, fieldARN: store.Lookup, fieldType: store.Keyword, fieldService: store.Keyword, fieldName: store.Lookup,
			fieldRegion: store.Keyword, fieldAccount: store.Keyword, fieldEnv: store.Keyword, fieldCell: store.Keyword,
		},
		SealedField: "encrypted_detail",
	}
}
