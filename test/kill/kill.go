//go:build linux

// Package kill ends CloudOps and its Qdrant with SIGKILL at random moments while messages are appended, and looks
// whether every message that was acknowledged is there afterwards: once, in order, in the conversation and in search. It works
// on the built binary, on Linux.
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
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Options of Run.
type Options struct {
	Binary string
	Env    []string // of the binary; it names the data folder
	Args   []string // before each command
	// DataDir is the data folder, for finding processes that were left behind.
	DataDir string
	Rounds  int
	Seed    uint64
	// VerifyEvery is after how many rounds everything is looked at; it is at the end in any case. 1 where zero.
	VerifyEvery int
	Log         func(format string, args ...any)
}

// Report is what was measured.
type Report struct {
	Rounds        int
	AppKills      int // of the app, and Qdrant with it
	QdrantKills   int // of Qdrant while the app went on
	BothKills     int // of both, within 50 ms
	Acknowledged  int
	Kept          int // messages in the conversation at the end; some were on disk before their line came back
	Searched      int // searches for a message by its own word
	SlowestVerify time.Duration
}

// String is the report on one line.
func (r Report) String() string {
	return fmt.Sprintf("%d rounds: app killed %d times, Qdrant alone %d times, both %d times; %d messages acknowledged, %d in the conversation, %d searches; nothing lost, doubled or out of order; slowest check %s",
		r.Rounds, r.AppKills, r.QdrantKills, r.BothKills, r.Acknowledged, r.Kept, r.Searched, r.SlowestVerify.Round(time.Millisecond))
}

type soak struct {
	Options
	rng          *rand.Rand
	conversation string
	sent         []string       // words, in the order in which they were fed
	acked        map[string]ack // by word
	searched     map[string]bool
	report       Report
}

type ack struct {
	MessageID string `json:"message_id"`
	Seq       int    `json:"seq"`
}

// Run makes a conversation and goes through the rounds. The error says what was lost, doubled or left behind.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.VerifyEvery == 0 {
		o.VerifyEvery = 1
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	s := &soak{Options: o, rng: rand.New(rand.NewPCG(o.Seed, 7)), acked: map[string]ack{}, searched: map[string]bool{}}
	var created struct {
		ConversationID string `json:"conversation_id"`
	}
	if err := s.command(ctx, &created, "chats", "create", "--title", "Kills", "--json"); err != nil {
		return s.report, err
	}
	s.conversation = created.ConversationID
	for round := 1; round <= o.Rounds; round++ {
		what, err := s.round(ctx)
		if err != nil {
			return s.report, fmt.Errorf("round %d (%s): %w", round, what, err)
		}
		s.report.Rounds++
		s.Log("round %d: %s; %d acknowledged so far", round, what, len(s.acked))
		if round%o.VerifyEvery == 0 || round == o.Rounds {
			if err := s.verify(ctx, round == o.Rounds); err != nil {
				return s.report, fmt.Errorf("after round %d (%s): %w", round, what, err)
			}
		}
	}
	return s.report, nil
}

// round feeds a process until it is killed.
func (s *soak) round(ctx context.Context) (what string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := s.prepare(ctx, "chats", "append", s.conversation)
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	if err := cmd.Start(); err != nil {
		return "", err
	}
	f := &feed{s: s, in: in, window: make(chan struct{}, 8), pending: make(chan string, 1<<16), stop: make(chan struct{})}
	read := make(chan error, 1)
	go func() { read <- f.read(out) }()
	fed := make(chan struct{})
	rng := rand.New(rand.NewPCG(s.rng.Uint64(), 1)) // of its own: it is used beside the killer's
	go func() { defer close(fed); f.write(rng) }()
	killed := s.kill(cmd, &what)
	close(f.stop)
	<-fed
	in.Close()
	readErr := <-read
	_ = cmd.Wait()
	if ctx.Err() != nil {
		return what, fmt.Errorf("it did not end: %w: %s", ctx.Err(), errOut.String())
	}
	if readErr != nil {
		return what, readErr
	}
	if !killed && !cmd.ProcessState.Success() {
		return what, fmt.Errorf("the app was not killed and ended with %s: %s", cmd.ProcessState, errOut.String())
	}
	return what, s.noneLeft()
}

// kill waits for a random moment and kills. It returns whether the app itself was killed.
func (s *soak) kill(cmd *exec.Cmd, what *string) bool {
	pause := func(most time.Duration) time.Duration {
		d := time.Duration(s.rng.Int64N(int64(most)))
		time.Sleep(d)
		return d
	}
	after := pause(2500 * time.Millisecond)
	app := cmd.Process
	switch qdrant := childOf(app.Pid); {
	case s.rng.IntN(3) == 0 && qdrant != 0:
		_ = syscall.Kill(qdrant, syscall.SIGKILL)
		s.report.QdrantKills++
		*what = fmt.Sprintf("Qdrant alone after %s", after.Round(time.Millisecond))
		pause(time.Second)
		return false
	case s.rng.IntN(2) == 0 && qdrant != 0:
		_ = syscall.Kill(qdrant, syscall.SIGKILL)
		pause(50 * time.Millisecond)
		_ = app.Kill()
		s.report.BothKills++
		*what = fmt.Sprintf("both after %s", after.Round(time.Millisecond))
	default:
		_ = app.Kill()
		s.report.AppKills++
		*what = fmt.Sprintf("app after %s", after.Round(time.Millisecond))
	}
	return true
}

// feed writes messages and reads their acknowledgements, at most 8 ahead.
type feed struct {
	s       *soak
	in      io.Writer
	window  chan struct{}
	pending chan string // words whose lines were written and not yet answered
	stop    chan struct{}
}

func (f *feed) write(rng *rand.Rand) {
	for {
		select {
		case <-f.stop:
			return
		case f.window <- struct{}{}:
		}
		w := word(rng)
		role := []string{"user", "assistant"}[rng.IntN(2)]
		line, _ := json.Marshal(map[string]string{"role": role, "content": "a remark about " + w + " and what came of it"})
		// It counts as sent before it is written: a line may arrive although writing it reports an error.
		f.s.sent = append(f.s.sent, w)
		f.pending <- w
		if _, err := f.in.Write(append(line, '\n')); err != nil {
			return
		}
		select {
		case <-f.stop:
			return
		case <-time.After(time.Duration(rng.Int64N(int64(25 * time.Millisecond)))):
		}
	}
}

func (f *feed) read(out io.Reader) error {
	lines := bufio.NewReader(out)
	for {
		raw, err := lines.ReadBytes('\n')
		if err != nil {
			return nil //nolint:nilerr // the writer was killed, and a line that is cut off is no acknowledgement
		}
		var a ack
		if err := json.Unmarshal(raw, &a); err != nil || a.MessageID == "" {
			return fmt.Errorf("the answer to a message is %q", raw)
		}
		f.s.acked[<-f.pending] = a
		<-f.window
	}
}

// word is one that nobody else uses: letters only, so that it is one term of the search.
func word(rng *rand.Rand) string {
	b := []byte("q")
	for range 14 {
		b = append(b, byte('a'+rng.IntN(26)))
	}
	return string(b)
}

// verify compares the conversation and the search with what was acknowledged.
func (s *soak) verify(ctx context.Context, all bool) error {
	start := time.Now()
	var shown struct {
		Messages []struct {
			MessageID string `json:"message_id"`
			Seq       int
			Content   string
		}
	}
	if err := s.command(ctx, &shown, "chats", "show", s.conversation, "--json"); err != nil {
		return err
	}
	at := 0
	seen := map[string]bool{}
	found := map[string]ack{}
	for i, m := range shown.Messages {
		if m.Seq != i+1 {
			return fmt.Errorf("message %s has the number %d in place %d", m.MessageID, m.Seq, i+1)
		}
		fields := strings.Fields(m.Content)
		if len(fields) < 4 || seen[m.MessageID] {
			return fmt.Errorf("message %s is there twice or is not one that was sent: %q", m.MessageID, m.Content)
		}
		seen[m.MessageID] = true
		next := slices.Index(s.sent[at:], fields[3])
		if next < 0 {
			return fmt.Errorf("message %d (%q) is out of order, there twice, or was never sent", m.Seq, m.Content)
		}
		at += next + 1
		found[fields[3]] = ack{m.MessageID, m.Seq}
	}
	for w, a := range s.acked {
		if found[w] != a {
			return fmt.Errorf("%q was acknowledged as %+v, and in the conversation it is %+v", w, a, found[w])
		}
	}
	s.report.Acknowledged, s.report.Kept = len(s.acked), len(shown.Messages)
	if err := s.search(ctx, all); err != nil {
		return err
	}
	s.report.SlowestVerify = max(s.report.SlowestVerify, time.Since(start))
	return s.noneLeft()
}

// search looks for every acknowledged message that was not looked for yet; at the end for all.
func (s *soak) search(ctx context.Context, all bool) error {
	var words []string
	for _, w := range s.sent {
		if _, ok := s.acked[w]; ok && (all || !s.searched[w]) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return nil
	}
	var queries bytes.Buffer
	for _, w := range words {
		fmt.Fprintf(&queries, `{"id":%q,"query":%q,"in":"chats"}`+"\n", w, w)
	}
	file := filepath.Join(filepath.Dir(s.DataDir), "queries.jsonl")
	if err := os.WriteFile(file, queries.Bytes(), 0o600); err != nil {
		return err
	}
	out, err := s.output(ctx, "search", "--batch", file, "--json")
	if err != nil {
		return err
	}
	answers := 0
	for line := range bytes.Lines(out) {
		var a struct {
			ID   string
			Hits []string
		}
		if err := json.Unmarshal(line, &a); err != nil {
			return fmt.Errorf("search answered %q: %w", line, err)
		}
		answers++
		n := 0
		for _, hit := range a.Hits {
			if hit == s.acked[a.ID].MessageID {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("the search for %q finds its message %s %d times among %d hits", a.ID, s.acked[a.ID].MessageID, n, len(a.Hits))
		}
		s.searched[a.ID] = true
	}
	if answers != len(words) {
		return fmt.Errorf("%d of %d searches were answered", answers, len(words))
	}
	s.report.Searched += answers
	return nil
}

func (s *soak) prepare(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.Binary, append(slices.Clone(s.Args), args...)...)
	cmd.Env = s.Env
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func (s *soak) output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := s.prepare(ctx, args...)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("cloudops %s: %w: %s%s", strings.Join(args, " "), err, out[:min(len(out), 1000)], errOut.String())
	}
	return out, nil
}

func (s *soak) command(ctx context.Context, v any, args ...string) error {
	out, err := s.output(ctx, args...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, v); err != nil {
		return fmt.Errorf("cloudops %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// noneLeft waits a moment for the processes that work in the data folder to be gone.
func (s *soak) noneLeft() error {
	real, err := filepath.EvalSymlinks(s.DataDir)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	var left []string
	for range 500 {
		left = nil
		links, _ := filepath.Glob("/proc/[0-9]*/cwd")
		for _, link := range links {
			if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, real+"/") && !ended(filepath.Dir(link)) {
				left = append(left, filepath.Base(filepath.Dir(link)))
			}
		}
		if len(left) == 0 {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("processes %v were left behind", left)
}

// stat is the state and the parent of a process; see proc(5).
func stat(proc string) (state string, parent int) {
	raw, err := os.ReadFile(filepath.Join(proc, "stat"))
	if err != nil {
		return "X", 0
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	if len(fields) < 2 {
		return "X", 0
	}
	parent, _ = strconv.Atoi(fields[1])
	return fields[0], parent
}

func ended(proc string) bool {
	state, _ := stat(proc)
	return state == "Z" || state == "X"
}

// childOf is the Qdrant of an app; 0 where it has none just now.
func childOf(pid int) int {
	procs, _ := filepath.Glob("/proc/[0-9]*")
	for _, proc := range procs {
		if state, parent := stat(proc); parent == pid && state != "Z" {
			if child, err := strconv.Atoi(filepath.Base(proc)); err == nil {
				return child
			}
		}
	}
	return 0
}
