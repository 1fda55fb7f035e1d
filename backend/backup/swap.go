package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cloudops/backend/config"
	"cloudops/backend/ledger"
)

// The names that a restore uses in a data folder.
const (
	scratchPrefix = "restoring-"
	journalName   = "restore.json"
	asideInside   = "before-restore-"
)

// journalFormat is the version of the journal. A higher one is refused.
const journalFormat = 1

// swapped are the files that a restore replaces, where it has one; what else belongs to them goes aside alone.
var (
	swapped   = []string{ledger.FileName, ledger.VectorFileName, FileKeys, FileKeys + ".bak", FileSettings}
	asideOnly = []string{ledger.FileName + "-wal", ledger.FileName + "-shm"}
)

// journal is what a swap that was interrupted is carried on with.
type journal struct {
	Format  int      `json:"format"`
	Scratch string   `json:"scratch"` // name in the data folder
	Aside   string   `json:"aside"`   // path
	Items   []string `json:"items"`   // that move from scratch
	Away    []string `json:"away"`    // that only move aside
}

// atStep is called between steps that a crash may fall between; the tests end the process there.
var atStep = func(string) {}

// swap replaces the files of a data folder by those of a scratch folder in it, and keeps what was there. From the moment
// that the journal is written it is carried out, by FinishRestore where this process ends; before, nothing has changed.
// dropIndex also moves the index's folder aside. aside is empty where there was nothing to keep.
func swap(dataDir, scratch string, now time.Time, dropIndex bool) (aside string, err error) {
	j := journal{Format: journalFormat, Scratch: filepath.Base(scratch)}
	for _, name := range swapped {
		if _, err := os.Lstat(filepath.Join(scratch, name)); err == nil {
			j.Items = append(j.Items, name)
		}
	}
	away := asideOnly
	if dropIndex {
		away = append(away[:len(away):len(away)], "qdrant")
	}
	for _, name := range away {
		if _, err := os.Lstat(filepath.Join(dataDir, name)); err == nil {
			j.Away = append(j.Away, name)
		}
	}
	if j.Aside, err = makeAside(dataDir, now); err != nil {
		return "", fmt.Errorf("keep the state before the restore: %w", err)
	}
	// The aside folder is a data folder of its own: what is not replaced is copied.
	for _, name := range []string{FileKeys, FileKeys + ".bak", FileSettings} {
		if err := copyFile(filepath.Join(dataDir, name), filepath.Join(j.Aside, name+copied)); err != nil {
			return "", errors.Join(fmt.Errorf("keep the state before the restore: %w", err), os.RemoveAll(j.Aside))
		}
	}
	data, err := json.Marshal(j)
	if err == nil {
		err = config.WriteFile(filepath.Join(dataDir, journalName), data, 0o600)
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("begin the swap: %w", err), os.RemoveAll(j.Aside))
	}
	atStep("journal written")
	if err := j.carryOut(dataDir); err != nil {
		return "", err
	}
	if isEmpty(j.Aside) {
		return "", os.Remove(j.Aside)
	}
	return j.Aside, nil
}

// copied marks copies until the swap is through, so that they are not taken for files that were moved.
const copied = ".copy"

// makeAside makes the folder for the state before: beside the data folder, or in it where that is another file system or may not be
// written.
func makeAside(dataDir string, now time.Time) (string, error) {
	for i := 1; ; i++ {
		name := now.UTC().Format(idTime)
		if i > 1 {
			name = fmt.Sprintf("%s-%d", name, i)
		}
		beside := dataDir + ".before-restore-" + name
		err := os.Mkdir(beside, 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil && renames(dataDir, beside) {
			return beside, nil
		}
		if err == nil {
			os.Remove(beside)
		}
		inside := filepath.Join(dataDir, asideInside+name)
		return inside, os.Mkdir(inside, 0o700)
	}
}

// renames tells whether files can move from one folder into the other.
func renames(from, to string) bool {
	f, err := os.CreateTemp(from, ".probe.*")
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	f.Close()
	target := filepath.Join(to, filepath.Base(f.Name()))
	if err := os.Rename(f.Name(), target); err != nil {
		return false
	}
	return os.Remove(target) == nil
}

// carryOut moves what has not been moved yet. It can be done again from any point.
func (j journal) carryOut(dataDir string) error {
	scratch := filepath.Join(dataDir, j.Scratch)
	for _, name := range j.Away {
		if err := moveAside(filepath.Join(dataDir, name), filepath.Join(j.Aside, name)); err != nil {
			return fmt.Errorf("swap %s: %w", name, err)
		}
		atStep(name + " aside")
	}
	for _, name := range j.Items {
		from := filepath.Join(scratch, name)
		if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
			continue // it is in its place
		}
		if err := moveAside(filepath.Join(dataDir, name), filepath.Join(j.Aside, name)); err != nil {
			return fmt.Errorf("swap %s: %w", name, err)
		}
		atStep(name + " aside")
		if err := os.Rename(from, filepath.Join(dataDir, name)); err != nil {
			return fmt.Errorf("swap %s: %w", name, err)
		}
		atStep(name + " in place")
	}
	if err := settleCopies(j.Aside); err != nil {
		return fmt.Errorf("swap: %w", err)
	}
	if err := errors.Join(config.SyncDir(dataDir), config.SyncDir(j.Aside)); err != nil {
		return fmt.Errorf("swap: %w", err)
	}
	if err := os.Remove(filepath.Join(dataDir, journalName)); err != nil {
		return fmt.Errorf("end the swap: %w", err)
	}
	return os.RemoveAll(scratch)
}

// moveAside keeps a file; what is aside already stays.
func moveAside(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return nil
	}
	if err := os.Rename(from, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// settleCopies gives the copies their names, where the file itself was not moved there.
func settleCopies(aside string) error {
	entries, err := os.ReadDir(aside)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), copied)
		if !ok {
			continue
		}
		path := filepath.Join(aside, e.Name())
		if _, err := os.Lstat(filepath.Join(aside, name)); err == nil {
			err = os.Remove(path)
			if err != nil {
				return err
			}
			continue
		}
		if err := os.Rename(path, filepath.Join(aside, name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return config.WriteFile(to, data, 0o600)
}

func isEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// FinishRestore carries on a swap that was interrupted and removes scratch folders that a restore left behind. Whoever opens
// a data folder calls it first, with the folder's lock held. finished: a restore took effect now.
func FinishRestore(dataDir string) (finished bool, err error) {
	data, err := os.ReadFile(filepath.Join(dataDir, journalName))
	switch {
	case err == nil:
		var j journal
		if err := json.Unmarshal(data, &j); err != nil || j.Format > journalFormat || filepath.Base(j.Scratch) != j.Scratch || !strings.HasPrefix(j.Scratch, scratchPrefix) {
			return false, &Error{Err: ErrDamaged, Cause: fmt.Errorf("%s says nothing that this program understands", journalName),
				Advice: "A restore was interrupted. Move " + journalName + " out of the data folder and restore again."}
		}
		if err := j.carryOut(dataDir); err != nil {
			return false, fmt.Errorf("finish the restore: %w", err)
		}
		finished = true
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("finish the restore: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(escapeGlob(dataDir), scratchPrefix+"*"))
	if err != nil {
		return finished, fmt.Errorf("finish the restore: %w", err)
	}
	for _, path := range left {
		if err := os.RemoveAll(path); err != nil {
			return finished, fmt.Errorf("finish the restore: %w", err)
		}
	}
	return finished, nil
}

// escapeGlob takes their meaning from characters of a path that Glob knows.
func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(path)
}
