package store

import (
	"context"
	"errors"
	"time"

	"cloudops/backend/embedding"
	"cloudops/backend/store/table"
)

// Collection names a kind of record. In Qdrant it is an alias of the same name
// (prefixed with the vault's id on a shared server); in the ledger it is a column.
type Collection string

// The collections of the product. The names are those of the earlier design.
const (
	ChatHistory  Collection = "chat_history"
	ChatSessions Collection = "chat_sessions"
	Estate       Collection = "aws_estate"
	Changes      Collection = "aws_changes"
	// ChatState is what belongs to the chats and is never searched: folders, drafts. It is in the ledger alone.
	ChatState Collection = "chat_state"
	// EstateState is the same for the estate: saved searches, the columns of the table.
	EstateState Collection = "estate_state"
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrNotFound: no live record has that id.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the record's revision is not the one the caller expected.
	ErrConflict = errors.New("the record was changed by somebody else")
	// ErrIndexFull: Qdrant refuses to write because the disk is full. What was acknowledged is in the ledger.
	ErrIndexFull = errors.New("the disk is too full for the search index")
	// ErrIndexDown: Qdrant does not answer, and the ledger alone cannot do what was asked (search).
	ErrIndexDown = errors.New("the search index is not running")
)

// Record is one thing that is kept: plain fields that are filtered and ordered
// by, and content that is sealed before it leaves this package.
type Record struct {
	// ID is a UUID in its canonical lower-case form; nothing else is a Qdrant point id.
	ID string
	// Rev is set by the store: it rises with every write of the vault. On Put, a Rev other
	// than zero must be the current one (ErrConflict).
	Rev int64
	// Scope and Seq order records within an owner: a conversation's messages by (conversation id, seq).
	// Both are optional and are also what the ledger can page by when Qdrant is down.
	Scope string
	Seq   int64
	// Fields is the plain payload. Values are string, int64, float64, bool or []string;
	// whoever can read the data folder can read them. Typed text never goes here.
	Fields map[string]any
	// Content is plaintext here and AES-256-GCM sealed everywhere else.
	Content []byte
	// Damaged: the content does not open, and the fields are not proven to belong to it.
	Damaged bool
}

// Doc is what a record is found by. It is derived from a record whenever the
// index needs it, and never stored in the clear.
type Doc struct {
	// Dense is the text that is embedded, in the order it is read. Long text is
	// cut into overlapping chunks by the store. Empty: no dense vector.
	Dense string
	// Context is a second text for the dense vectors, where a record is understood by what stands around it: the text that is
	// nearer to the query counts. Only in collections that are Chunked.
	Context string
	// Terms are weighted texts for the sparse vector.
	Terms []WeightedText
}

// WeightedText is text whose terms count Weight times as much.
type WeightedText = embedding.WeightedText

// FieldKind is how a plain field is indexed in Qdrant.
type FieldKind int

// The kinds of payload index.
const (
	Keyword FieldKind = iota // string or []string: equality, facets
	Integer                  // int64: equality, ranges, order
	Float                    // float64: ranges, order
	Bool
	Tenant  // a Keyword that most queries filter by
	Lookup  // a string that is hardly ever the same twice: looked up and ordered by, never counted; its index stays on disk
	Lookups // a []string of such: looked up in
	Labels  // a Keyword of many values, whose index stays on disk
)

// Schema declares a collection. Each feature declares its own.
type Schema struct {
	Collection Collection
	// Fields that are filtered, faceted or ordered by.
	Fields map[string]FieldKind
	// Searchable: the collection has dense and sparse vectors. Without it, neither.
	Searchable bool
	// Chunked: Doc.Dense may be longer than the model's window and is kept as several vectors of one point.
	// Without it the text is cut at the window's end.
	Chunked bool
	// DenseWeight is the dense half's share in the fused score, 0 … 1, unless a query says otherwise.
	DenseWeight float64
	// FlatBelow is up to how many records a search compares with every vector, which is exact, and no graph is built. 0: always a graph,
	// where there are enough for one.
	FlatBelow uint64
	// AvgTerms is the expected number of terms of a document, for the length norm of BM25.
	AvgTerms float32
	// ScopeField is the plain field that repeats Record.Scope, if there is one: a list filtered by it can be
	// read from the ledger without a pass over the collection.
	ScopeField string
	// SeqField is the plain field that repeats Record.Seq, if there is one and no two records of a scope have the same: a
	// scope's list in this order is read from the ledger page by page.
	SeqField string
	// Listed: the plain fields are kept in memory, about 700 bytes for each resource, and lists, orders and counts are made from them, in
	// any order, as fast as they are read, and whether or not Qdrant runs.
	Listed bool
	// LedgerOnly: the collection is kept in the ledger and its log, and never sent to Qdrant. Not with Searchable.
	LedgerOnly bool
	// SteadyDoc: records are written much more often than what they are found by changes. The last vectors are kept in
	// memory, and a text that has one is not embedded again.
	SteadyDoc bool
	// KeyedTerms: term ids are HMACs, so that a dictionary cannot reverse them (chats).
	KeyedTerms bool
	// SealedField is the payload name of the sealed content (encrypted_content, encrypted_detail …).
	SealedField string
	// Derive makes the Docs of opened records, one for each, in order. It may read the store
	// (a message's neighbours). Nil where Searchable is false.
	Derive func(ctx context.Context, r Reader, recs []Record) ([]Doc, error)
	// Affects names other records whose Doc depends on rec (a message's neighbours), so that they are
	// indexed again when rec is written. Optional.
	Affects func(ctx context.Context, r Reader, rec Record) ([]string, error)
}

// What lists are asked with.
type (
	// Op is the comparison of a Condition.
	Op = table.Op
	// Condition compares one plain field.
	Condition = table.Condition
	// Filter is a conjunction; its Any is a disjunction inside it. The zero Filter matches all.
	Filter = table.Filter
	// Order sorts by a plain field. A Listed collection is ordered by any of them; others by Integer and Float fields alone, and what
	// does not have the field is then left out. The zero Order is by id.
	Order = table.Order
	// Facet is a value of a field and how many records have it.
	Facet = table.Facet
)

// The comparisons.
const (
	Eq      = table.Eq
	In      = table.In
	Range   = table.Range
	Exists  = table.Exists
	Missing = table.Missing
)

// Page asks for part of an ordered list.
type Page struct {
	Filter Filter
	Order  Order
	Limit  int    // 1 … 1000; 0 means 100
	Cursor string // Result.Next of the page before
	Skip   int    // without a Cursor: records of a Listed collection that are left out at the beginning
}

// Result is a page of records, opened.
type Result struct {
	Records []Record
	Next    string // empty at the end
	// FromLedger: the collection is not Listed and Qdrant did not answer; the list is complete all the same.
	FromLedger bool
	// Damaged are the records of this page that do not open, with their plain fields alone. They are not in Records.
	Damaged []Record
}

// Query is a hybrid search.
type Query struct {
	Text   string
	Filter Filter
	Limit  int // 1 … 1000
	// DenseWeight is the share of the dense score in the fused one, 0 … 1. Negative: the collection's default.
	DenseWeight float64
}

// Hit is a found record.
type Hit struct {
	Record Record
	Score  float64 // fused, 0 … 1; comparable within one search only
	Dense  float64 // cosine similarity of the best chunk; 0 where the dense search did not return it
	Terms  float64 // sparse score; 0 where the sparse search did not return it
}

// Found is the outcome of a search.
type Found struct {
	Hits    []Hit
	Pending int  // records that are stored and not yet in the index (or have no vector yet)
	Dense   bool // the dense search took part; false without a model
}

// Reader is the reading half.
type Reader interface {
	// Get returns the records that live, in the order of ids; missing ones are left out.
	Get(ctx context.Context, c Collection, ids ...string) ([]Record, error)
	// ByScope returns up to limit records of a scope with from ≤ seq ≤ to, by seq (descending where desc). From the
	// ledger. Those that do not open are among them, marked as Damaged.
	ByScope(ctx context.Context, c Collection, scope string, from, to int64, limit int, desc bool) ([]Record, error)
	// Scroll lists in order. One's own acknowledged writes are in it.
	Scroll(ctx context.Context, c Collection, p Page) (Result, error)
	Count(ctx context.Context, c Collection, f Filter) (int64, error)
	// Facets counts the values of a Keyword or Bool field ("true", "false"), most frequent first.
	Facets(ctx context.Context, c Collection, field string, f Filter, limit int) ([]Facet, error)
	// Search is hybrid: dense and sparse candidates, fused. ErrIndexDown without Qdrant.
	Search(ctx context.Context, c Collection, q Query) (Found, error)
}

// Writer is the writing half. A call that returned nil is on disk.
type Writer interface {
	// Put inserts or replaces, all in one transaction; it returns the new revisions in order.
	Put(ctx context.Context, c Collection, recs ...Record) ([]int64, error)
	// Delete removes, all in one transaction; ids that do not live are ignored. It returns how many lived.
	Delete(ctx context.Context, c Collection, ids ...string) (int, error)
	// Update is Put and Delete over several collections in one transaction.
	Update(ctx context.Context, ops ...WriteOp) error
}

// WriteOp is a part of an Update.
type WriteOp struct {
	Collection Collection
	Put        []Record
	Delete     []string
}

// Deleted is a record that was deleted and can be put back.
type Deleted struct {
	Record Record // as it was; Damaged where that does not open
	At     time.Time
}

// Purged says what Purge removed.
type Purged struct {
	Records int
	Entries int64 // of the log: every write is one
	// Clean: the bytes are overwritten in all files of the ledger. Without it a file keeps some until the next start.
	Clean bool
}

// Log is what the ledger remembers of records that were deleted, until it is trimmed.
type Log interface {
	// Deleted lists the records of a scope that were deleted, the latest first.
	Deleted(ctx context.Context, c Collection, scope string) ([]Deleted, error)
	// Restore puts back a deleted record as it was last, and the records whose scope is its id that were deleted
	// in the same transaction; all or none. It returns how many. ErrNotFound where it lives or the log holds nothing of it.
	Restore(ctx context.Context, c Collection, id string) (int, error)
	// Purge removes from the log all that it holds of deleted records and of the deleted records whose scopes they were.
	// Ids that live, or that it does not know, are left alone.
	Purge(ctx context.Context, c Collection, ids ...string) (Purged, error)
}

// ReadWriter is what the features get.
type ReadWriter interface {
	Reader
	Writer
	Log
	// KeyedID is an id for a text of the user's that only the vault can make: what is equal has the same, and
	// nobody can find the text by trying. purpose keeps ids of different kinds apart.
	KeyedID(purpose, text string) string
	// Pending is how many records of the collection the index does not hold in full yet.
	Pending(c Collection) int
}
