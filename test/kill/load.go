//go:build linux

package kill

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The acts of a load.
const (
	OpCreate = "create" // a conversation
	OpAppend = "append" // a message
	OpDelete = "delete" // a conversation
	OpUpdate = "update" // resources
)

// Act is a line of a worker: what it is about to do, and the same with Done when that was acknowledged.
type Act struct {
	Op   string   `json:"op"`
	N    int      `json:"n,omitempty"` // joins the two
	Key  string   `json:"key,omitempty"`
	Keys []string `json:"keys,omitempty"`
	Text string   `json:"text,omitempty"`
	ID   string   `json:"id,omitempty"`
	Done bool     `json:"done,omitempty"`
}

// LoadStart is what a worker gets on its stdin.
type LoadStart struct {
	Seed          uint64
	Conversations []string
}

// Found is what a worker that looks finds.
type Found struct {
	Conversations map[string][]FoundMessage
	Versions      map[string]string // of resources
	Differences   []string          // of ledger and index, after mending
	Broken        []string
	Mended        int // records that differed before
	Points        int
}

// FoundMessage is a message that is there.
type FoundMessage struct {
	ID   string
	Seq  int64
	Text string
}

// LoadOptions of RunLoad.
type LoadOptions struct {
	// Worker makes the process that loads (or looks, with check). It must do so in DataDir.
	Worker  func(ctx context.Context, check bool) *exec.Cmd
	DataDir string
	Rounds  int
	Seed    uint64
	Log     func(format string, args ...any)
}

// LoadReport is what was measured.
type LoadReport struct {
	Rounds, AppKills, QdrantKills, BothKills int
	Appended, Deleted, Updated               int // acknowledged
	Mended                                   int // records that the index had lost, kept or had in an older revision when it was looked at
	Points                                   int // at the end
}

// String is the report on one line.
func (r LoadReport) String() string {
	return fmt.Sprintf("%d rounds: app killed %d times, Qdrant alone before it %d times, both %d times; %d messages, %d deletions of conversations, %d writes of resources acknowledged; "+
		"%d records mended, %d points at the end; nothing lost, nothing deleted is back, each once, in ledger and index alike", r.Rounds, r.AppKills, r.QdrantKills, r.BothKills,
		r.Appended, r.Deleted, r.Updated, r.Mended, r.Points)
}

// loadSoak knows what must be there, and what may be: acts that were begun and not acknowledged.
type loadSoak struct {
	LoadOptions
	rng      *rand.Rand
	report   LoadReport
	living   map[string]map[string]string // messages by conversation: text → id, empty where it was not acknowledged
	deleted  map[string]bool
	perhaps  map[string]bool     // conversations whose deletion was not acknowledged
	versions map[string][]string // of a resource: the acknowledged one, then those that were begun after
}

// RunLoad kills workers and looks, after each round, at what is left. The error says what was lost, is back, doubled or differs.
func RunLoad(ctx context.Context, o LoadOptions) (LoadReport, error) {
	s := &loadSoak{LoadOptions: o, rng: rand.New(rand.NewPCG(o.Seed, 11)), living: map[string]map[string]string{}, deleted: map[string]bool{}, versions: map[string][]string{}}
	for round := 1; round <= o.Rounds; round++ {
		what, err := s.round(ctx)
		if err == nil {
			err = s.check(ctx)
		}
		if err != nil {
			return s.report, fmt.Errorf("round %d (%s): %w", round, what, err)
		}
		s.report.Rounds++
		s.Log("round %d: %s; %d messages, %d deletions, %d updates so far, %d mended", round, what, s.report.Appended, s.report.Deleted, s.report.Updated, s.report.Mended)
	}
	return s.report, nil
}

func (s *loadSoak) round(ctx context.Context) (what string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	s.perhaps = map[string]bool{}
	cmd := s.Worker(ctx, false)
	start := LoadStart{Seed: s.rng.Uint64()}
	for id := range s.living {
		start.Conversations = append(start.Conversations, id)
	}
	in, err := json.Marshal(start)
	if err != nil {
		return "", err
	}
	var errOut bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &errOut
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	began, read := make(chan struct{}), make(chan error, 1)
	go func() { read <- s.read(out, began) }()
	select {
	case <-began:
	case err := <-read:
		_ = cmd.Wait()
		return "start", errors.Join(err, fmt.Errorf("the worker ended before it began: %s", errOut.String()))
	}
	what = s.kill(cmd)
	err = <-read
	_ = cmd.Wait()
	if err != nil {
		return what, err
	}
	return what, (&soak{Options: Options{DataDir: s.DataDir}}).noneLeft()
}

// kill waits for a random moment and kills: the app, Qdrant and the app a moment later, or both at once.
func (s *loadSoak) kill(cmd *exec.Cmd) string {
	after := time.Duration(300+s.rng.IntN(2700)) * time.Millisecond
	time.Sleep(after)
	qdrant := childOf(cmd.Process.Pid)
	what := "app"
	switch kind := s.rng.IntN(3); {
	case kind == 0 && qdrant != 0:
		_ = syscall.Kill(qdrant, syscall.SIGKILL)
		time.Sleep(time.Duration(s.rng.IntN(2500)) * time.Millisecond)
		s.report.QdrantKills++
		what = "Qdrant, then the app"
	case kind == 1 && qdrant != 0:
		_ = syscall.Kill(qdrant, syscall.SIGKILL)
		time.Sleep(time.Duration(s.rng.IntN(50)) * time.Millisecond)
		s.report.BothKills++
		what = "both"
	}
	_ = cmd.Process.Kill()
	s.report.AppKills++
	return fmt.Sprintf("%s after %s", what, after)
}

// read takes down what the worker begins and what was acknowledged.
func (s *loadSoak) read(out io.Reader, began chan<- struct{}) error {
	var failed error
	lines := bufio.NewReader(out)
	for first := true; ; {
		raw, err := lines.ReadBytes('\n')
		if err != nil {
			return failed // the writer was killed, and a line that is cut off says nothing
		}
		var a Act
		if err := json.Unmarshal(raw, &a); err != nil {
			return fmt.Errorf("the worker says %q", raw)
		}
		if first {
			close(began)
			first = false
		}
		if a.Op == "error" {
			failed = fmt.Errorf("the worker says %s", a.Text)
			continue
		}
		s.note(a)
	}
}

func (s *loadSoak) note(a Act) {
	switch {
	case a.Op == OpCreate:
		s.living[a.Key] = map[string]string{}
	case a.Op == OpAppend && s.living[a.Key] != nil:
		s.living[a.Key][a.Text] = a.ID
		if a.Done {
			s.report.Appended++
		}
	case a.Op == OpDelete && a.Done:
		s.report.Deleted++
		delete(s.living, a.Key)
		delete(s.perhaps, a.Key)
		s.deleted[a.Key] = true
	case a.Op == OpDelete:
		s.perhaps[a.Key] = true
	case a.Op == OpUpdate:
		for _, arn := range a.Keys {
			if a.Done {
				s.versions[arn] = nil
			}
			s.versions[arn] = append(s.versions[arn], a.Text)
		}
		if a.Done {
			s.report.Updated += len(a.Keys)
		}
	}
}

func (s *loadSoak) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := s.Worker(ctx, true)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("look: %w: %s", err, errOut.String())
	}
	var f Found
	if err := json.Unmarshal(out, &f); err != nil {
		return fmt.Errorf("look: %w", err)
	}
	s.report.Mended += f.Mended
	s.report.Points = f.Points
	if len(f.Differences)+len(f.Broken) > 0 {
		return fmt.Errorf("ledger and index differ after mending: %s; broken: %v", strings.Join(f.Differences, ", "), f.Broken)
	}
	return errors.Join(s.checkChats(f), s.checkEstate(f))
}

func (s *loadSoak) checkChats(f Found) error {
	for id := range f.Conversations {
		if s.deleted[id] {
			return fmt.Errorf("conversation %s was deleted, and is back", id)
		}
		if s.living[id] == nil {
			s.living[id] = map[string]string{} // it was made, and the line that said so was cut off
		}
	}
	for id, sent := range s.living {
		found, there := f.Conversations[id]
		if !there {
			if !s.perhaps[id] {
				return fmt.Errorf("conversation %s is lost", id)
			}
			delete(s.living, id)
			s.deleted[id] = true
			continue
		}
		seen := map[string]string{}
		for i, m := range found {
			if _, twice := seen[m.Text]; twice || m.Seq != int64(i+1) {
				return fmt.Errorf("message %s of %s is there twice, or has the number %d in place %d", m.ID, id, m.Seq, i+1)
			}
			seen[m.Text] = m.ID
		}
		for text, acked := range sent {
			if acked != "" && seen[text] != acked {
				return fmt.Errorf("message %s of %s was acknowledged, and is lost", acked, id)
			}
		}
		for text, is := range seen {
			if _, ok := sent[text]; !ok && len(sent) > 0 {
				return fmt.Errorf("message %s of %s was never sent", is, id)
			}
		}
		s.living[id] = seen
	}
	return nil
}

func (s *loadSoak) checkEstate(f Found) error {
	for arn, may := range s.versions {
		is, ok := f.Versions[arn], false
		for _, v := range may {
			ok = ok || v == is
		}
		if !ok {
			return fmt.Errorf("%s has the version %q, and not one of %v", filepath.Base(arn), is, may)
		}
		s.versions[arn] = []string{is}
	}
	return nil
}
