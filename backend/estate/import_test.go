package estate_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

func TestImportFormats(t *testing.T) {
	s, _, ctx := open(t)
	for i, c := range []struct{ format, text string }{
		{"resources", `{"split": "x", "queries": [{"deep": [1, {"a": null}]}], "resources": [{"arn": "ARN"}, {"arn": "ARN2", "tags": {"k": "v"}}], "more": 1}`},
		{"resources", "\xef\xbb\xbf\n{\n  \"resources\": [\n    {\"arn\": \"ARN\"},\n    {\"arn\": \"ARN2\", \"tags\": null, \"attributes\": null}\n  ]\n}\n"},
		{"resources", `[{"arn": "ARN"}, {"arn": "ARN2"}]`},
		{"lines", "{\"arn\": \"ARN\"}\n\n{\"arn\": \"ARN2\", \"tags\": {\"k\": \"v\"}}"},
		{"lines", "{\"arn\": \"ARN\"}\r\n{\"arn\": \"ARN2\"}\r\n"},
		{"resourcegroupstaggingapi", `{"PaginationToken": "", "ResourceTagMappingList": [{"ResourceARN": "ARN", "Tags": []}, {"ResourceARN": "ARN2", "Tags": [{"Key": "k", "Value": "v"}]}]}`},
	} {
		text := strings.NewReplacer("ARN2", fmt.Sprintf("arn:aws:sqs:eu-west-1:210987654321:b%d", i), `"ARN"`, fmt.Sprintf(`"arn:aws:sqs:eu-west-1:210987654321:a%d"`, i)).Replace(c.text)
		counts, report, err := s.Import(ctx, strings.NewReader(text), nil)
		require.NoError(t, err, c.text)
		assert.Equal(t, estate.Counts{Added: 2}, counts, c.text)
		assert.Equal(t, c.format, report.Format, c.text)
		assert.False(t, report.Partial)
		assert.Empty(t, report.Problems)
	}
	d, err := s.Get(ctx, "arn:aws:sqs:eu-west-1:210987654321:b5")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"k": "v"}, d.Tags)
	assert.Equal(t, "AWS::SQS::Queue", d.Type)
	assert.Equal(t, "b5", d.Name)
}

func TestImportReportsWhatIsWrong(t *testing.T) {
	s, _, ctx := open(t)
	text := `{"resources": [
		{"arn": "arn:aws:sqs:eu-west-1:210987654321:fine"},
		{"name": "no arn"},
		{"arn": 7},
		"text",
		{"arn": "arn:aws:sqs:eu-west-1:210987654321:odd", "tags": "none", "attributes": [], "name": {"a": 1}, "account_id": 21098765432},
		{"arn": "arn:aws:sqs:eu-west-1:210987654321:fine"},
		{"arn": "not-an-arn"},
		null,
		{"arn": "arn:aws:sqs:eu-west-1:210987654321:nul", "tags": {"a": "x\u0000y", "n": 5, "b": true, "z": null, "o": {}}}
	]}`
	counts, report, err := s.Import(ctx, strings.NewReader(text), nil)
	require.NoError(t, err)
	assert.Equal(t, estate.Counts{Added: 3}, counts)
	assert.Equal(t, 9, report.Read)
	assert.Equal(t, 5, report.Rejected)
	assert.Equal(t, 1, report.Duplicates)
	assert.Equal(t, 2, report.Notes)
	assert.True(t, report.Partial)
	at := map[int]estate.ImportProblem{}
	for _, p := range report.Problems {
		at[p.Resource] = p
	}
	assert.Equal(t, 3, at[2].Line)
	assert.Contains(t, at[2].Message, "no ARN")
	assert.True(t, at[3].Rejected)
	assert.False(t, at[5].Rejected)
	assert.Contains(t, at[5].Message, "tags is not an object or a list")
	assert.Contains(t, at[7].Message, "not an ARN")
	d, err := s.Get(ctx, "arn:aws:sqs:eu-west-1:210987654321:nul")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "xy", "n": "5", "b": "true", "z": ""}, d.Tags)
	d, err = s.Get(ctx, "arn:aws:sqs:eu-west-1:210987654321:odd")
	require.NoError(t, err)
	assert.Equal(t, "021098765432", d.AccountID)
}

func TestImportOfBrokenFiles(t *testing.T) {
	s, _, ctx := open(t)
	for text, want := range map[string]string{
		"":                 "empty",
		"  \n ":            "empty",
		"hello":            "line 1",
		"<html></html>":    "line 1, byte 1",
		`{"a": 1}`:         "neither",
		`"text"`:           "an object",
		`{"resources": 5}`: "not a list",
		"{\n\"resources\": [\n{\"arn\": \"arn:aws:sqs:eu-west-1:210987654321:x\"},\n{\"arn\" 5}]}": "line 4",
		`{"resources": [{"arn": "arn:aws:sqs:eu-west-1:210987654321:y"}, {"arn": "arn:aws`:         "ends in the middle",
		"\x1f\x8b\x08\x00": "not JSON",
	} {
		_, report, err := s.Import(ctx, strings.NewReader(text), nil)
		require.ErrorIs(t, err, estate.ErrInvalid, "%q", text)
		assert.Contains(t, err.Error(), want, "%q", text)
		assert.Equal(t, report.Read > 0, report.Partial, "%q", text)
	}
	// What came before the break is there.
	_, err := s.Get(ctx, "arn:aws:sqs:eu-west-1:210987654321:x")
	require.NoError(t, err)
	// In lines, what comes after it as well.
	counts, report, err := s.Import(ctx, strings.NewReader("{\"arn\": \"arn:aws:sqs:eu-west-1:210987654321:l1\"}\n{broken}\n{\"arn\": \"arn:aws:sqs:eu-west-1:210987654321:l2\"}\n"), nil)
	require.NoError(t, err)
	assert.Equal(t, 2, counts.Added)
	assert.Equal(t, 1, report.Rejected)
	assert.Equal(t, 2, report.Problems[0].Line)
}

// stream is a file that is made while it is read.
type stream struct {
	parts func(i int) string
	i     int
	rest  []byte
}

func (s *stream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		part := s.parts(s.i)
		if part == "" {
			return 0, io.EOF
		}
		s.rest = []byte(part)
		s.i++
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// A large file (here 85 MB) is read in little memory: its bulk is a key that is passed over, and resources that are doubles.
func TestImportOfALargeFile(t *testing.T) {
	s, _, ctx := open(t)
	filler := `"` + strings.Repeat("x", 1000) + `"`
	resource := `{"arn": "arn:aws:sqs:eu-west-1:210987654321:same", "attributes": {"Note": "` + strings.Repeat("y", 1000) + `"}}`
	file := &stream{parts: func(i int) string {
		switch {
		case i == 0:
			return `{"other": [` + filler
		case i < 40_000:
			return ",\n" + filler
		case i == 40_000:
			return `], "resources": [` + resource
		case i < 80_000:
			return ",\n" + resource
		case i == 80_000:
			return "]}"
		}
		return ""
	}}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	highest := uint64(0)
	watch := readerFunc(func(p []byte) (int, error) {
		if file.i%10_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&after)
			highest = max(highest, after.HeapAlloc)
		}
		return file.Read(p)
	})
	counts, report, err := s.Import(ctx, watch, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, counts.Added)
	assert.Equal(t, 40_000, report.Read)
	assert.Equal(t, 39_999, report.Duplicates)
	assert.Less(t, highest, before.HeapAlloc+24<<20)

	endless := &stream{parts: func(i int) string {
		if i == 0 {
			return `{"resources": [{"arn": "`
		}
		return filler[1:1000]
	}}
	_, _, err = s.Import(ctx, endless, nil)
	require.ErrorIs(t, err, estate.ErrInvalid)
	assert.Contains(t, err.Error(), "longer than")
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestImportCanBeCancelled(t *testing.T) {
	s, _, ctx := open(t)
	ctx, cancel := context.WithCancel(ctx)
	file := &stream{parts: func(i int) string { return fmt.Sprintf("{\"arn\": \"arn:aws:sqs:eu-west-1:210987654321:q%d\"}\n", i) }}
	counts, report, err := s.Import(ctx, file, func(estate.ImportProgress) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 500, counts.Added)
	assert.True(t, report.Partial)
}

func TestExport(t *testing.T) {
	rs := append(fixture(), estate.Resource{
		ARN: "arn:aws:sqs:eu-west-1:" + accountA + ":formula", Name: "=HYPERLINK(\"http://evil\")", Tags: map[string]string{"+a": "b,\"c\"\nd"},
	})
	s, env, ctx := openWith(t, rs)
	var out bytes.Buffer
	require.NoError(t, s.Export(ctx, "json", &out, nil))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, len(rs))
	var arns []string
	for _, line := range lines {
		var r estate.Resource
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		arns = append(arns, r.ARN)
	}
	assert.True(t, slices.IsSorted(arns))

	// What was exported can be imported, and says the same.
	counts, report, err := s.Import(ctx, bytes.NewReader(out.Bytes()), nil)
	require.NoError(t, err)
	assert.Equal(t, estate.Counts{Unchanged: len(rs)}, counts)
	assert.Equal(t, "lines", report.Format)
	settle(t, env)

	var sheet bytes.Buffer
	require.NoError(t, s.Export(ctx, "csv", &sheet, []estate.Filter{{Field: "service", Values: []string{"sqs"}}}))
	rows, err := csv.NewReader(&sheet).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	for _, row := range rows[1:] {
		for _, cell := range row {
			assert.False(t, strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "+"), cell)
		}
	}
	assert.ErrorIs(t, s.Export(ctx, "xml", io.Discard, nil), estate.ErrInvalid)
	assert.ErrorIs(t, s.Export(ctx, "csv", io.Discard, []estate.Filter{{Field: "nope"}}), estate.ErrInvalid)
}
