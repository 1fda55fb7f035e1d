package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"cloudops/backend/store"
)

// The kinds of records in store.ChatState.
const (
	fieldKind  = "kind"
	kindFolder = "folder"
	kindDraft  = "draft"
)

// MaxFolders is the most folders of a user.
const MaxFolders = 1000

// Folder holds conversations; each is in one at most.
type Folder struct {
	ID    string
	Name  string // sealed at rest
	Count int64  // of its conversations
}

type folderContent struct {
	Name string `json:"name"`
}

func (s *Service) folderScope() string { return "folders:" + s.opt.UserID }

// Folders returns the folders by name, each with how many conversations of a status it holds (empty: both).
func (s *Service) Folders(ctx context.Context, status string) ([]Folder, error) {
	q := Query{Status: status}
	if err := q.check(); err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	folders, err := s.folders(ctx)
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	if len(folders) == 0 {
		return nil, nil
	}
	facets, err := s.rw.Facets(ctx, store.ChatSessions, fieldFolder, s.sessionFilter(q), MaxFolders)
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	for _, f := range facets {
		if i := slices.IndexFunc(folders, func(known Folder) bool { return known.ID == f.Value }); i >= 0 {
			folders[i].Count = f.Count
		}
	}
	return folders, nil
}

// folders are those of the user by name, without counts. One whose name does not open is called by its id.
func (s *Service) folders(ctx context.Context) ([]Folder, error) {
	recs, err := s.rw.ByScope(ctx, store.ChatState, s.folderScope(), math.MinInt64, math.MaxInt64, 2*MaxFolders, false)
	if err != nil {
		return nil, err
	}
	out := make([]Folder, len(recs))
	for i, r := range recs {
		out[i] = folderFrom(r)
	}
	slices.SortFunc(out, func(a, b Folder) int {
		if n := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

func folderFrom(r store.Record) Folder {
	var content folderContent
	if r.Damaged || json.Unmarshal(r.Content, &content) != nil {
		content.Name = r.ID
	}
	return Folder{ID: r.ID, Name: content.Name}
}

// folder reads one of the user's folders, or ErrNotFound.
func (s *Service) folder(ctx context.Context, id string) (store.Record, error) {
	if err := checkID("folder", id); err != nil {
		return store.Record{}, err
	}
	recs, err := s.rw.Get(ctx, store.ChatState, id)
	if err != nil {
		return store.Record{}, fmt.Errorf("read folder: %w", err)
	}
	if len(recs) == 0 || recs[0].Scope != s.folderScope() {
		return store.Record{}, fmt.Errorf("folder %s: %w", id, ErrNotFound)
	}
	return recs[0], nil
}

// SaveFolder makes a folder (empty id) or gives one another name: one line, at most MaxTitle runes. ErrInvalid for a blank
// name and for one that another folder has.
func (s *Service) SaveFolder(ctx context.Context, id, name string) (Folder, error) {
	f, err := s.saveFolder(ctx, id, cleanTitle(name))
	if err != nil {
		return Folder{}, fmt.Errorf("save folder: %w", err)
	}
	return f, nil
}

func (s *Service) saveFolder(ctx context.Context, id, name string) (Folder, error) {
	s.locks.folders.Lock()
	defer s.locks.folders.Unlock()
	if name == "" {
		return Folder{}, fmt.Errorf("%w: the folder has no name", ErrInvalid)
	}
	folders, err := s.folders(ctx)
	if err != nil {
		return Folder{}, err
	}
	for _, f := range folders {
		if f.ID != id && strings.EqualFold(f.Name, name) {
			return Folder{}, fmt.Errorf("%w: there is a folder of this name already", ErrInvalid)
		}
	}
	rec := store.Record{ID: id, Scope: s.folderScope(), Fields: map[string]any{fieldUser: s.opt.UserID, fieldKind: kindFolder}}
	if id == "" {
		if len(folders) >= MaxFolders {
			return Folder{}, fmt.Errorf("%w: there are %d folders, and no more are kept", ErrInvalid, len(folders))
		}
		rec.ID = newID()
	} else if _, err := s.folder(ctx, id); err != nil {
		return Folder{}, err
	}
	if rec.Content, err = encode(folderContent{Name: name}); err != nil {
		return Folder{}, err
	}
	if _, err := s.rw.Put(ctx, store.ChatState, rec); err != nil {
		return Folder{}, err
	}
	n, err := s.rw.Count(ctx, store.ChatSessions, s.sessionFilter(Query{FolderID: rec.ID}))
	return Folder{ID: rec.ID, Name: name, Count: n}, err
}

// folderNamed is the id of the folder of a name; it is made where there is none. A blank name is no folder.
func (s *Service) folderNamed(ctx context.Context, name string) (string, error) {
	if name = cleanTitle(name); name == "" {
		return "", nil
	}
	folders, err := s.folders(ctx)
	if err != nil {
		return "", err
	}
	for _, f := range folders {
		if strings.EqualFold(f.Name, name) {
			return f.ID, nil
		}
	}
	f, err := s.SaveFolder(ctx, "", name)
	return f.ID, err
}

// DeleteFolder removes a folder; its conversations stay, outside folders. Where it breaks off, the folder is still there
// with those that are left, and it can be called again.
func (s *Service) DeleteFolder(ctx context.Context, id string) error {
	s.locks.folders.Lock()
	defer s.locks.folders.Unlock()
	if _, err := s.folder(ctx, id); err != nil {
		return fmt.Errorf("delete folder: %w", err)
	}
	var ids []string
	err := s.eachSession(ctx, s.sessionFilter(Query{FolderID: id}), func(c session) error {
		ids = append(ids, c.ID)
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete folder: %w", err)
	}
	if _, err := s.move(ctx, ids, ""); err != nil {
		return fmt.Errorf("delete folder: %w", err)
	}
	if _, err := s.rw.Delete(ctx, store.ChatState, id); err != nil {
		return fmt.Errorf("delete folder: %w", err)
	}
	return nil
}
