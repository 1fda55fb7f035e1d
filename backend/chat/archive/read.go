package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Archive is what was opened. Close it.
type Archive struct {
	opt Options
	src *source
}

// Open looks at a file, a folder or a zip archive and tells what it holds. It reads the beginning of each JSON file.
// ErrUnknown where none can hold a chat, ErrTooLarge, ErrDamaged.
func Open(ctx context.Context, name string, opt Options) (*Archive, error) {
	opt = opt.withDefaults()
	src, err := list(ctx, name, opt)
	if err != nil {
		return nil, fmt.Errorf("open chats: %w", err)
	}
	a := &Archive{opt: opt, src: src}
	if err := a.sniff(ctx); err != nil {
		a.Close()
		return nil, fmt.Errorf("open chats: %w", err)
	}
	return a, nil
}

// Close releases the files.
func (a *Archive) Close() error { return a.src.closer.Close() }

// sniff tells the format of each file and keeps those that can hold chats.
func (a *Archive) sniff(ctx context.Context) error {
	m := &meter{most: a.opt.MaxBytes}
	head := make([]byte, headSize)
	kept := a.src.entries[:0]
	var others []string
	for _, e := range a.src.entries {
		r, err := m.open(ctx, e)
		n := 0
		if err == nil {
			n, err = io.ReadFull(r, head)
			r.Close()
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case n == 0 && err != nil && !errors.Is(err, io.EOF):
			a.src.skip(e.name, reasonOf(err))
			continue
		}
		if e.format, e.single = sniff(head[:n]); e.format == formatCompanion {
			others = append(others, e.name)
			continue
		}
		kept = append(kept, e)
	}
	a.src.entries = kept
	if len(kept) == 0 {
		return a.none()
	}
	for _, name := range others {
		if a.exported(name) {
			a.src.ignored++
		} else {
			a.src.skip(name, "it holds no chat of a known format")
		}
	}
	return nil
}

func (a *Archive) none() error {
	if len(a.src.skipped) > 0 {
		return fmt.Errorf("%w: %s", ErrUnknown, a.src.skipped[0])
	}
	return fmt.Errorf("%w: chats of CloudOps (JSON lines), of its earlier Node.js module (raw/ and contexts/), and the export archives of ChatGPT and Claude can be read", ErrUnknown)
}

// exported says whether a file without chats lies beside those of an export, which has several such.
func (a *Archive) exported(name string) bool {
	return slices.ContainsFunc(a.src.entries, func(e entry) bool {
		return strings.HasPrefix(path.Base(e.name), "conversations") && strings.HasPrefix(path.Dir(name)+"/", strings.TrimPrefix(path.Dir(e.name)+"/", "./"))
	})
}

// Formats are those that the beginnings of the files show, sorted.
func (a *Archive) Formats() []Format {
	seen := map[Format]bool{}
	for _, e := range a.src.entries {
		if e.format != formatMaybe {
			seen[e.format] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// File is a file that chat.Import reads.
type File struct {
	Name string
	Size int64 // in bytes, as far as known
	// Open begins to read it. The reader obeys the limits of Options, on its own.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Own are the files in our own format. Read leaves them out.
func (a *Archive) Own() []File {
	var out []File
	for _, e := range a.src.entries {
		if e.format == FormatOwn {
			out = append(out, File{Name: e.name, Size: e.size, Open: func(ctx context.Context) (io.ReadCloser, error) {
				return (&meter{most: a.opt.MaxBytes}).open(ctx, e)
			}})
		}
	}
	return out
}

// Read hands over the conversations one after another. A conversation that emit gets is whole: what was left out of it is
// reported. An error is emit's or the context's, together with the report of what was done; bad input is in the report alone.
func (a *Archive) Read(ctx context.Context, emit func(Conversation) error) (Report, error) {
	r := &reading{ctx: ctx, opt: a.opt, emit: emit, ids: map[[16]byte]bool{}, formats: map[Format]bool{}, users: map[string]bool{}}
	r.report.Ignored = a.src.ignored
	for _, s := range a.src.skipped {
		r.note(s)
	}
	err := r.all(a.src.entries)
	r.report.Formats = slices.Sorted(maps.Keys(r.formats))
	r.report.Users = slices.Sorted(maps.Keys(r.users))
	if err != nil {
		return r.report, fmt.Errorf("read chats: %w", err)
	}
	return r.report, nil
}

// maxIDs is of how many conversations it is remembered that they came: about 40 bytes each.
const maxIDs = 2_000_000

// reading is one run of Read.
type reading struct {
	ctx     context.Context
	opt     Options
	emit    func(Conversation) error
	report  Report
	meter   *meter
	ids     map[[16]byte]bool
	formats map[Format]bool
	users   map[string]bool
}

func (r *reading) skip(at spot, reason string) {
	where := at.file
	if at.what != "" {
		where += ", " + at.what
	}
	r.note(Skipped{Where: where, Offset: at.offset, Reason: reason})
}

func (r *reading) note(s Skipped) {
	r.report.SkippedCount++
	if len(r.report.Skipped) < maxKept {
		s.Where, s.Reason = valid(s.Where), valid(s.Reason)
		r.report.Skipped = append(r.report.Skipped, s)
	}
}

// all reads the files of the Node.js module by conversation, and the others one after another.
func (r *reading) all(entries []entry) error {
	var streams, nodes []entry
	var total int64
	for _, e := range entries {
		switch {
		case e.format == FormatOwn:
			continue
		case e.single && (e.format == FormatNodeRaw || e.format == FormatNodeContext || e.format == formatMaybe):
			nodes = append(nodes, e)
			total += e.size // these are read twice
		default:
			streams = append(streams, e)
		}
		total += e.size
	}
	var before int64
	progress := func(done int64) {
		if r.opt.Progress != nil {
			r.opt.Progress(min(before+done, total), total)
		}
	}
	r.meter = &meter{most: r.opt.MaxBytes, progress: progress}
	groups, others, err := r.group(nodes)
	if err != nil {
		return err
	}
	before = r.meter.used
	r.meter = &meter{most: r.opt.MaxBytes, progress: progress}
	for _, g := range groups {
		if err := r.nodeGroup(g); err != nil {
			return err
		}
	}
	for _, e := range append(others, streams...) {
		if err := r.stream(e); err != nil {
			return err
		}
	}
	return nil
}

// each visits the elements of a file. Damage ends the file and is reported; an error is visit's or the context's.
func (r *reading) each(e entry, report bool, visit func(v element, ordinal int) error) error {
	in, err := r.meter.open(r.ctx, e)
	if err != nil {
		return r.broken(spot{file: e.name, offset: -1}, err, report)
	}
	defer in.Close()
	split := newSplitter(in, r.opt.MaxConversation)
	for n := 0; ; n++ {
		v, err := split.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return r.broken(spot{file: e.name, offset: split.offset}, err, report)
		}
		if err := visit(v, n); err != nil {
			return err
		}
	}
}

func (r *reading) broken(at spot, err error, report bool) error {
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	if report {
		r.skip(at, reasonOf(err))
	}
	return nil
}

// value checks an element. False, and reported: it cannot be used.
func (r *reading) value(v element, at spot) (gjson.Result, bool) {
	switch {
	case v.refuse != "":
		r.skip(at, v.refuse)
	case !gjson.ValidBytes(v.raw):
		r.skip(at, "it is not valid JSON")
	default:
		return gjson.ParseBytes(v.raw), true
	}
	return gjson.Result{}, false
}

// stream reads a file whose conversations stand by themselves.
func (r *reading) stream(e entry) error {
	used := false
	err := r.each(e, true, func(el element, ordinal int) error {
		at := spot{file: e.name, offset: el.offset}
		v, ok := r.value(el, at)
		if !ok {
			return nil
		}
		var c Conversation
		switch format := formatOf(v, !el.listed); format {
		case FormatChatGPT:
			c, ok = r.chatGPT(v, at, e, ordinal)
		case FormatClaude:
			c, ok = r.claude(v, at, e, ordinal)
		case FormatNodeRaw, FormatNodeContext:
			key, _ := nodeKeyOf(v, format, e)
			var one chat
			if one, ok = r.nodeChat(v, format, at, e, key); ok {
				c = r.nodeConversation(one, []string{e.name})
			}
		default:
			r.skip(at, "it is not a conversation of a known format")
			return nil
		}
		if !ok {
			return nil
		}
		used = true
		return r.give(c)
	})
	if used {
		r.report.Files++
	}
	return err
}

func (r *reading) give(c Conversation) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if len(c.Messages) == 0 {
		r.report.Empty++
		return nil
	}
	if err := r.emit(c); err != nil {
		return err
	}
	r.formats[c.Format] = true
	if c.UserID != "" && len(r.users) < maxKept {
		r.users[c.UserID] = true
	}
	r.report.Conversations++
	r.report.Messages += len(c.Messages)
	switch id := key(c.ID); {
	case r.ids[id]:
		r.report.Repeated++
	case len(r.ids) < maxIDs:
		r.ids[id] = true
	}
	return nil
}

func decimal(n int) string { return strconv.Itoa(n) }

// short keeps enough of an id to find it.
func short(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// label is a name on one line, or otherwise where it is empty.
func label(s, otherwise string) string {
	s = short(strings.Join(strings.Fields(valid(s)), " "))
	if s == "" {
		return otherwise
	}
	return s
}

// oneWord is s where it can name a language in Markdown.
func oneWord(s string) string {
	if strings.ContainsAny(s, " \t\r\n`") || len(s) > 30 {
		return ""
	}
	return s
}
