package estate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"
)

// The formats that Import reads.
const (
	FormatDocument = "resources"                // {"resources": [...]}
	FormatLines    = "lines"                    // one resource a line
	FormatTagging  = "resourcegroupstaggingapi" // {"ResourceTagMappingList": [...]}
)

// Bounds of an import.
const (
	maxProblems = 100      // that are listed; all are counted
	peekLine    = 1 << 20  // bytes read to tell the format
	maxValue    = 16 << 20 // bytes of one resource
	batchBytes  = 4 << 20  // that are read before they are written
)

// ImportProblem is what was wrong with one resource.
type ImportProblem struct {
	Resource int    `json:"resource"` // its position, from 1
	Line     int    `json:"line"`
	ARN      string `json:"arn"`
	Message  string `json:"message"`
	Rejected bool   `json:"rejected"` // false: it was imported all the same
}

// ImportReport says what an import read beside what it wrote.
type ImportReport struct {
	Format     string          `json:"format"`
	Read       int             `json:"read"` // resources
	Rejected   int             `json:"rejected"`
	Duplicates int             `json:"duplicates"` // of an ARN that came before; the first counts
	Notes      int             `json:"notes"`      // resources that were imported with something changed or left out
	Partial    bool            `json:"partial"`    // something of the file is not in the inventory
	Problems   []ImportProblem `json:"problems"`   // the first 100
}

// Place says where in the file the resource is, for a person.
func (p ImportProblem) Place() string {
	if p.ARN == "" {
		return fmt.Sprintf("line %d, resource %d", p.Line, p.Resource)
	}
	return fmt.Sprintf("line %d, resource %d, %s", p.Line, p.Resource, p.ARN)
}

// ImportProgress is told after each batch.
type ImportProgress struct {
	Resources int
	Bytes     int64
}

// Import adds and changes resources from a file; it removes none. It knows three formats by their content: an object
// with "resources", one resource a line, and the output of `aws resourcegroupstaggingapi get-resources`. Memory does not grow with the
// file but for 16 bytes a resource, by which doubles are known. A resource that cannot be kept is reported and the rest imported.
// ErrInvalid, with line and byte: the file is not JSON, or ends early; what came before is imported, and the report says
// Partial. progress may be nil.
func (s *Service) Import(ctx context.Context, r io.Reader, progress func(ImportProgress)) (Counts, ImportReport, error) {
	in := &importer{service: s, ctx: ctx, progress: progress, seen: map[uuid.UUID]struct{}{}, source: &source{in: r}}
	err := in.run()
	if flushErr := in.flush(); err == nil {
		err = flushErr
	}
	in.report.Partial = in.report.Rejected > 0 || err != nil && in.report.Read > 0
	if err != nil {
		return in.counts, in.report, fmt.Errorf("import: %w", err)
	}
	return in.counts, in.report, nil
}

type importer struct {
	service  *Service
	ctx      context.Context //nolint:containedctx // it lives as long as one call
	progress func(ImportProgress)
	source   *source
	seen     map[uuid.UUID]struct{}
	batch    []Resource
	bytes    int // of the batch, as read
	counts   Counts
	report   ImportReport
}

func (in *importer) run() error {
	buffered := bufio.NewReaderSize(in.source, peekLine)
	if bom, err := buffered.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		if _, err := buffered.Discard(3); err != nil {
			return err
		}
		in.source.shift = 3
	}
	head, err := buffered.Peek(peekLine)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return fmt.Errorf("read: %w", err)
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return fmt.Errorf("%w: the file is empty", ErrInvalid)
	}
	if isLines(head) {
		in.report.Format = FormatLines
		return in.lines(buffered)
	}
	return in.document(buffered)
}

// isLines: the first line is an object of its own, or means to be one, that has no list of resources.
func isLines(head []byte) bool {
	line, _, found := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n"))
	line = bytes.TrimSpace(line)
	if !bytes.HasPrefix(line, []byte("{")) || !bytes.HasSuffix(line, []byte("}")) && found && !hasARN(line) || !bytes.HasSuffix(line, []byte("}")) && !found {
		return false
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(line, &keys) == nil {
		for k := range keys {
			if isList(k) {
				return false
			}
		}
		return found || hasARN(line)
	}
	return len(line) > 1 && hasARN(line) && !bytes.Contains(line, []byte(`"resources"`)) && !bytes.Contains(line, []byte(`"ResourceTagMappingList"`))
}

func hasARN(line []byte) bool {
	return bytes.Contains(bytes.ToLower(line), []byte(`arn"`))
}

func isList(key string) bool {
	return strings.EqualFold(key, "resources") || strings.EqualFold(key, "ResourceTagMappingList")
}

// lines reads one resource a line; a line that is not JSON is rejected and the next one read.
func (in *importer) lines(r *bufio.Reader) error {
	for number := 1; ; number++ {
		line, err := readLine(r)
		if len(bytes.TrimSpace(line)) > 0 {
			if err := in.take(line, number); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errTooLong):
			in.report.Read++
			in.reject(number, "", fmt.Sprintf("the line is longer than %d MB", maxValue>>20))
		case err != nil:
			return fmt.Errorf("read line %d: %w", number, err)
		}
	}
}

// document reads objects with lists of resources, and the resources of a plain list.
func (in *importer) document(r io.Reader) error {
	dec := json.NewDecoder(r)
	found := false
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return in.broken(dec, err)
		}
		switch token {
		case json.Delim('['):
			found = true
			in.report.Format = FormatDocument
			err = in.list(dec)
		case json.Delim('{'):
			var has bool
			has, err = in.object(dec)
			found = found || has
		default:
			return fmt.Errorf("%w: %s: an object with \"resources\" is expected", ErrInvalid, in.place(dec.InputOffset()))
		}
		if err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("%w: the file has neither \"resources\" nor \"ResourceTagMappingList\", and its lines are no resources", ErrInvalid)
	}
	return nil
}

// object reads the lists of resources in an object and passes over everything else.
func (in *importer) object(dec *json.Decoder) (bool, error) {
	found := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return found, in.broken(dec, err)
		}
		name, _ := key.(string) // a key is a string
		if !isList(name) {
			if err := in.skip(dec); err != nil {
				return found, err
			}
			continue
		}
		open, err := dec.Token()
		if err != nil {
			return found, in.broken(dec, err)
		}
		found = true
		in.report.Format = FormatDocument
		if strings.EqualFold(name, "ResourceTagMappingList") {
			in.report.Format = FormatTagging
		}
		if open == nil {
			continue // null: an empty list
		}
		if open != json.Delim('[') {
			return found, fmt.Errorf("%w: %s: %q is not a list", ErrInvalid, in.place(dec.InputOffset()), name)
		}
		if err := in.list(dec); err != nil {
			return found, err
		}
	}
	if _, err := dec.Token(); err != nil {
		return found, in.broken(dec, err)
	}
	return found, nil
}

// list reads resources up to the closing bracket.
func (in *importer) list(dec *json.Decoder) error {
	for dec.More() {
		in.source.mark(dec.InputOffset())
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return in.broken(dec, err)
		}
		if err := in.take(raw, in.source.line(dec.InputOffset())); err != nil {
			return err
		}
	}
	in.source.mark(dec.InputOffset())
	if _, err := dec.Token(); err != nil {
		return in.broken(dec, err)
	}
	return nil
}

// skip passes over a value without keeping it.
func (in *importer) skip(dec *json.Decoder) error {
	for depth := 0; ; {
		in.source.mark(dec.InputOffset())
		token, err := dec.Token()
		if err != nil {
			return in.broken(dec, err)
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// broken says where the file stops being JSON.
func (in *importer) broken(dec *json.Decoder, err error) error {
	offset := dec.InputOffset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	switch {
	case errors.Is(err, errTooLong):
		return fmt.Errorf("%w: %s: a single value is longer than %d MB", ErrInvalid, in.place(offset), maxValue>>20)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %s: the file ends in the middle", ErrInvalid, in.place(in.source.read))
	case syntax != nil:
		return fmt.Errorf("%w: %s: not JSON: %w", ErrInvalid, in.place(offset), err)
	}
	return fmt.Errorf("read: %w", err)
}

func (in *importer) place(offset int64) string {
	return fmt.Sprintf("line %d, byte %d", in.source.line(offset), offset+in.source.shift)
}

// take brings one resource into the batch, or into the report.
func (in *importer) take(raw []byte, line int) error {
	in.report.Read++
	r, notes, err := parseResource(raw)
	if err != nil {
		in.reject(line, r.ARN, strings.TrimPrefix(err.Error(), ErrInvalid.Error()+": "))
		return nil
	}
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte(r.ARN))
	if _, double := in.seen[id]; double {
		in.report.Duplicates++
		return nil
	}
	in.seen[id] = struct{}{}
	if len(notes) > 0 {
		in.report.Notes++
		in.problem(ImportProblem{Resource: in.report.Read, Line: line, ARN: r.ARN, Message: strings.Join(notes, "; ")})
	}
	in.bytes += len(raw)
	if in.batch = append(in.batch, r); len(in.batch) >= batchSize || in.bytes >= batchBytes {
		return in.flush()
	}
	return nil
}

func (in *importer) reject(line int, arn, message string) {
	in.report.Rejected++
	in.problem(ImportProblem{Resource: in.report.Read, Line: line, ARN: clip(arn), Message: message, Rejected: true})
}

func (in *importer) problem(p ImportProblem) {
	if len(in.report.Problems) < maxProblems {
		in.report.Problems = append(in.report.Problems, p)
	}
}

func (in *importer) flush() error {
	if len(in.batch) == 0 {
		return nil
	}
	if err := in.ctx.Err(); err != nil {
		return err
	}
	s := in.service
	s.write.Lock()
	counts, err := s.put(in.ctx, "", in.batch)
	s.write.Unlock()
	in.counts.add(counts)
	if err != nil {
		return err
	}
	in.batch, in.bytes = in.batch[:0], 0
	clear(in.batch[:cap(in.batch)]) // what was large is not held on to
	if in.progress != nil {
		in.progress(ImportProgress{Resources: in.report.Read, Bytes: in.source.read})
	}
	return nil
}
