package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
)

// The names of vectors and of the payload fields that are the store's own.
const (
	denseVector = "dense"
	termsVector = "terms"
	fieldRev    = "rev"
	fieldKeyID  = "key_id"
	fieldScope  = "_scope"
	fieldSeq    = "_seq"
	fieldModel  = "_model" // the id of the model whose dense vector the point has
	fieldDoc    = "_doc"   // which text that vector was made of: docID
)

// layoutVersion rises when points of the same record would look different.
const layoutVersion = 2

// alias is the name that is asked; physical is the collection behind it, whose name says what it was made for,
// so that another model or layout is another collection, filled by the mending pass and swapped in.
func (s *Store) alias(c Collection) string {
	if s.options.Prefix == "" {
		return string(c)
	}
	return s.options.Prefix + "_" + string(c)
}

func (s *Store) physical(col *collection) string {
	model := ""
	if s.model != nil && col.Searchable {
		model = s.model.ID()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %v %v", layoutVersion, model, col.Chunked, col.AvgTerms))
	return s.alias(col.Collection) + "__" + hex.EncodeToString(sum[:4])
}

// ensure makes the collection, its indexes and its alias where they are missing.
func (s *Store) ensure(ctx context.Context, client *qdrant.Client, col *collection) error {
	name := s.physical(col)
	exists, err := client.CollectionExists(ctx, name)
	if err != nil {
		return err
	}
	if !exists {
		if err := client.CreateCollection(ctx, s.creation(col, name)); err != nil {
			return fmt.Errorf("create collection %s: %w", name, err)
		}
	}
	if err := s.ensureIndexes(ctx, client, col, name); err != nil {
		return err
	}
	if err := s.ensureGraph(ctx, client, col, name); err != nil {
		return err
	}
	return s.pointAlias(ctx, client, col, name)
}

func (s *Store) creation(col *collection, name string) *qdrant.CreateCollection {
	req := &qdrant.CreateCollection{
		CollectionName: name,
		// One shard of few segments: the machine is the user's own and searches many small collections.
		OptimizersConfig: &qdrant.OptimizersConfigDiff{DefaultSegmentNumber: qdrant.PtrOf(uint64(2))},
	}
	if col.FlatBelow > 0 {
		req.HnswConfig = graph(false)
	}
	params := map[string]*qdrant.VectorParams{}
	if col.Searchable {
		req.SparseVectorsConfig = qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			termsVector: {Modifier: qdrant.PtrOf(qdrant.Modifier_Idf)},
		})
		if s.model != nil {
			p := &qdrant.VectorParams{Size: uint64(s.model.Dimensions()), Distance: qdrant.Distance_Cosine}
			if col.Chunked {
				p.MultivectorConfig = &qdrant.MultiVectorConfig{Comparator: qdrant.MultiVectorComparator_MaxSim}
			}
			params[denseVector] = p
		}
	}
	req.VectorsConfig = qdrant.NewVectorsConfigMap(params)
	return req
}

// graphEdges is Qdrant's own default of m.
const graphEdges = 16

func graph(on bool) *qdrant.HnswConfigDiff {
	if on {
		return &qdrant.HnswConfigDiff{M: qdrant.PtrOf(uint64(graphEdges))}
	}
	return &qdrant.HnswConfigDiff{M: qdrant.PtrOf(uint64(0))}
}

// ensureGraph has a graph built where a collection has outgrown a search without one, and leaves it from then on.
func (s *Store) ensureGraph(ctx context.Context, client *qdrant.Client, col *collection, name string) error {
	if col.FlatBelow == 0 {
		return nil
	}
	info, err := client.GetCollectionInfo(ctx, name)
	if err != nil {
		return err
	}
	if info.GetConfig().GetHnswConfig().GetM() > 0 || info.GetPointsCount() <= col.FlatBelow {
		return nil
	}
	err = client.UpdateCollection(ctx, &qdrant.UpdateCollection{CollectionName: name, HnswConfig: graph(true)})
	if err != nil {
		return fmt.Errorf("build a graph for %s: %w", name, err)
	}
	return nil
}

func (s *Store) ensureIndexes(ctx context.Context, client *qdrant.Client, col *collection, name string) error {
	info, err := client.GetCollectionInfo(ctx, name)
	if err != nil {
		return err
	}
	for field, kind := range col.Fields {
		if _, ok := info.GetPayloadSchema()[field]; ok {
			continue
		}
		req := &qdrant.CreateFieldIndexCollection{CollectionName: name, FieldName: field, Wait: qdrant.PtrOf(true)}
		switch kind {
		case Keyword:
			req.FieldType = qdrant.PtrOf(qdrant.FieldType_FieldTypeKeyword)
		case Tenant:
			req.FieldType = qdrant.PtrOf(qdrant.FieldType_FieldTypeKeyword)
			req.FieldIndexParams = qdrant.NewPayloadIndexParamsKeyword(&qdrant.KeywordIndexParams{IsTenant: qdrant.PtrOf(true)})
		case Lookup, Lookups, Labels:
			req.FieldType = qdrant.PtrOf(qdrant.FieldType_FieldTypeKeyword)
			req.FieldIndexParams = qdrant.NewPayloadIndexParamsKeyword(&qdrant.KeywordIndexParams{OnDisk: qdrant.PtrOf(true)})
		case Integer:
			req.FieldType = qdrant.PtrOf(qdrant.FieldType_FieldTypeInteger)
		case Float:
			req.FieldType = qdrant.PtrOf(qdrant.FieldType_FieldTypeFloat)
		case Bool:
			req.FieldType = qdrant.PtrOf(qdrant.FieldType_FieldTypeBool)
		}
		if _, err := client.CreateFieldIndex(ctx, req); err != nil {
			return fmt.Errorf("index field %s of %s: %w", field, name, err)
		}
	}
	return nil
}

// pointAlias makes the alias lead to name and drops what it led to before.
func (s *Store) pointAlias(ctx context.Context, client *qdrant.Client, col *collection, name string) error {
	alias := s.alias(col.Collection)
	all, err := client.ListAliases(ctx)
	if err != nil {
		return err
	}
	var actions []*qdrant.AliasOperations
	for _, a := range all {
		if a.GetAliasName() != alias {
			continue
		}
		if a.GetCollectionName() == name {
			return s.dropOld(ctx, client, alias, name)
		}
		actions = append(actions, qdrant.NewAliasDelete(alias))
	}
	actions = append(actions, qdrant.NewAliasCreate(alias, name))
	if err := client.UpdateAliases(ctx, actions); err != nil {
		return fmt.Errorf("point alias %s: %w", alias, err)
	}
	return s.dropOld(ctx, client, alias, name)
}

// dropOld removes collections that an earlier model or layout left. They hold nothing that the ledger has not.
func (s *Store) dropOld(ctx context.Context, client *qdrant.Client, alias, keep string) error {
	names, err := client.ListCollections(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.DeleteFunc(names, func(n string) bool { return n == keep || !strings.HasPrefix(n, alias+"__") }) {
		if err := client.DeleteCollection(ctx, name); err != nil {
			return fmt.Errorf("drop %s: %w", name, err)
		}
	}
	return nil
}
