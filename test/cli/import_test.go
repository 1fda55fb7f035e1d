//go:build linux

package cli_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// counts is what an import says.
type counts struct {
	Added, Changed, Unchanged, Removed, Total, Read, Duplicates, Skipped int
	Partial                                                              bool
	Problems                                                             []struct {
		Where, ARN, Error string
		Line              int
		Skipped           bool
	}
}

func (a *app) importing(content string) counts {
	a.t.Helper()
	var c counts
	a.json(&c, "estate", "import", a.file("import.json", content))
	return c
}

func (a *app) shown(arn string) map[string]any {
	a.t.Helper()
	var v map[string]any
	a.json(&v, "estate", "show", arn)
	return v
}

// exported is the estate, by ARN.
func (a *app) exported() []map[string]any {
	a.t.Helper()
	return lines[map[string]any](a.run("estate", "export", "--format", "json"))
}

func TestImportFormats(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	document := a.importing(small)
	require.Equal(t, 5, document.Added)
	require.Equal(t, 5, document.Read)

	// The same as lines: the same estate.
	var parsed struct{ Resources []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(small), &parsed))
	var text strings.Builder
	for _, r := range parsed.Resources {
		fmt.Fprintf(&text, "%s\n", r)
	}
	again := a.importing(text.String())
	require.Equal(t, 5, again.Unchanged)
	require.Zero(t, again.Added+again.Changed)

	// `aws resourcegroupstaggingapi get-resources` knows ARNs and tags, and takes nothing away from what is known.
	tagging := a.importing(`{"PaginationToken":"","ResourceTagMappingList":[
	 {"ResourceARN":"arn:aws:rds:eu-central-1:111111111111:db:ledger-prod","Tags":[{"Key":"Environment","Value":"production"},{"Key":"Team","Value":"books"}],"ComplianceDetails":{"ComplianceStatus":true}},
	 {"ResourceARN":"arn:aws:sqs:eu-central-1:111111111111:letters","Tags":[{"Key":"Team","Value":"post"}]}]}`)
	require.Equal(t, 1, tagging.Changed)
	require.Equal(t, 1, tagging.Added)
	ledger := a.shown("arn:aws:rds:eu-central-1:111111111111:db:ledger-prod")
	require.Equal(t, map[string]any{"Environment": "production", "Team": "books"}, ledger["tags"])
	require.Equal(t, "postgres", ledger["attributes"].(map[string]any)["Engine"])
	letters := a.shown("arn:aws:sqs:eu-central-1:111111111111:letters")
	require.Equal(t, "AWS::SQS::Queue", letters["type"])
	require.Equal(t, "letters", letters["name"])

	changes := lines[struct{ Kind, ARN string }](a.run("estate", "changes", "--json"))
	require.Len(t, changes, 7)
	require.ElementsMatch(t, []string{"changed", "added"}, []string{changes[0].Kind, changes[1].Kind}, "newest first")

	// From a pipe.
	require.Zero(t, a.feed(strings.NewReader(small), "estate", "import", "-").code)
}

func TestImportOfWhatIsNoEstate(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	for name, content := range map[string]string{
		"empty": "", "white space": " \n\t\n", "text": "hello, world\nthis is no estate\n", "number": "42", "text in JSON": `"text"`, "null": "null",
		"another object": `{"Reservations":[]}`, "list of numbers": "[1,2,3", "cut off": small[:len(small)-40], "binary": "\x00\x01\x02\xff\xfe", "UTF-16": "\xff\xfe{\x00}\x00",
		"resources is no list": `{"resources":{"arn":"x"}}`,
	} {
		refused := a.refused(1, "estate", "import", a.file("bad.json", content))
		require.Equal(t, "invalid", refused.Error.Code, name)
		require.Contains(t, refused.Error.Message, "import", name)
	}
	// Of the file that was cut off, what was whole is there.
	require.Len(t, a.exported(), 4)
	empty := a.importing(`{"resources":[]}`)
	require.Equal(t, 4, empty.Total)
	require.Zero(t, empty.Read)
}

func TestImportKeepsWhatItCanUse(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	long := strings.Repeat("x", 256)
	file := strings.Join([]string{
		`{"arn":"arn:aws:sqs:eu-north-1:333333333333:one","type":"AWS::SQS::Queue","name":"one","region":"eu-north-1","account_id":"333333333333","tags":{"k":"v"},"attributes":{}}`,
		`{"type":"AWS::SQS::Queue","name":"without an ARN"}`,
		`{"arn":"","name":"an empty ARN"}`,
		`{"arn":"not-an-arn","name":"not an ARN"}`,
		`{"arn":null}`,
		`null`,
		`[]`,
		`"text"`,
		`{this is not JSON}`,
		`{"arn":"arn:aws:sqs:eu-north-1:333333333333:one","name":"one again"}`,
		`{"arn":"arn:aws:sqs:eu-north-1:333333333333:nulls","type":null,"name":null,"region":null,"account_id":null,"tags":null,"attributes":null}`,
		`{"arn":"arn:aws:sqs:eu-north-1:333333333333:odd","tags":["a","b"],"attributes":[1,2],"account_id":333333333333,"extra":{"deep":[{"er":1}]}}`,
		`{"arn":"arn:aws:sqs:eu-north-1:333333333333:strange","name":"Grüße 🚀 שלום","tags":{"` + long + `":"` + long + `","emoji 🎈":"👩‍🚀","עברית":"שלום עולם","rtl":"\u202eabc\u202c","empty":"","nul":"a\u0000b","bad":"x` + "\xff\xfe" + `y","quote\"s":"<&>'\\"},"attributes":{"n":12345678901234567890,"f":1.5,"b":true,"z":null,"nested":{"list":[1,"zwei",null]}}}`,
	}, "\n") + "\n"
	done := a.importing(file)
	require.Equal(t, 13, done.Read)
	require.Equal(t, 4, done.Added)
	require.Equal(t, 1, done.Duplicates)
	require.Equal(t, 8, done.Skipped)
	require.True(t, done.Partial)
	skipped := 0
	for _, p := range done.Problems {
		require.NotEmpty(t, p.Error)
		require.Positive(t, p.Line)
		if p.Skipped {
			skipped++
		}
	}
	require.Equal(t, 8, skipped)

	nulls := a.shown("arn:aws:sqs:eu-north-1:333333333333:nulls")
	require.Equal(t, "nulls", nulls["name"])
	require.Equal(t, "AWS::SQS::Queue", nulls["type"])
	require.Equal(t, "333333333333", nulls["account_id"])
	strange := a.shown("arn:aws:sqs:eu-north-1:333333333333:strange")
	require.Equal(t, "Grüße 🚀 שלום", strange["name"])
	tags := strange["tags"].(map[string]any)
	require.Equal(t, long, tags[long])
	require.Equal(t, "👩‍🚀", tags["emoji 🎈"])
	require.Equal(t, "שלום עולם", tags["עברית"])
	require.Equal(t, "\u202eabc\u202c", tags["rtl"])
	require.Equal(t, "ab", tags["nul"])
	require.Equal(t, "x\ufffdy", tags["bad"])
	require.Equal(t, `<&>'\`, tags[`quote"s`])

	// Searching by those tags finds it; so does the filter.
	for _, args := range [][]string{{"search", "שלום"}, {"search", "x", "--tag", "emoji 🎈=👩‍🚀"}, {"search", long}} {
		var found struct{ Estate []struct{ ARN string } }
		a.json(&found, append(args, "--in", "estate")...)
		require.NotEmpty(t, found.Estate, "%v", args)
		require.Equal(t, "arn:aws:sqs:eu-north-1:333333333333:strange", found.Estate[0].ARN, "%v", args)
	}

	// The second time there is nothing new, and nothing is noted as a change.
	before := len(lines[any](a.run("estate", "changes", "--json")))
	again := a.importing(file)
	require.Equal(t, 4, again.Unchanged)
	require.Zero(t, again.Added+again.Changed)
	require.Len(t, lines[any](a.run("estate", "changes", "--json")), before)
}

// TestExportRoundTrip: what was exported and imported elsewhere is exported there byte for byte, and is sorted.
func TestExportRoundTrip(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	a.ok("estate", "sample", "--count", "300", "--seed", "11")
	a.importing(small)
	export := a.ok("estate", "export")
	require.Equal(t, export, a.ok("estate", "export", "--format", "json", "--json"))
	var arns []string
	for line := range strings.Lines(export) {
		var r struct{ ARN string }
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		arns = append(arns, r.ARN)
	}
	require.Len(t, arns, 305)
	require.True(t, slices.IsSorted(arns))

	b := newApp(t).wordsOnly()
	require.Equal(t, 305, b.importing(export).Added)
	require.Equal(t, export, b.ok("estate", "export"))

	rows, err := csv.NewReader(strings.NewReader(a.ok("estate", "export", "--format", "csv"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 306)
	for i, row := range rows[1:] {
		require.Equal(t, arns[i], row[0])
	}

	var stats struct {
		Total     int
		ByType    map[string]int `json:"by_type"`
		ByAccount map[string]int `json:"by_account"`
	}
	a.json(&stats, "estate", "stats")
	require.Equal(t, 305, stats.Total)
	sum := 0
	for _, n := range stats.ByType {
		sum += n
	}
	require.Equal(t, 305, sum)

	// The sample is the same for the same seed, wherever it is made.
	require.Zero(t, func() int {
		var c counts
		a.json(&c, "estate", "sample", "--count", "300", "--seed", "11")
		return c.Added + c.Changed
	}())
}

// TestHugeImport: memory does not grow with the file. Its resources repeat, so that the index has little to do; bench/bigimport
// measures 200 MB of resources that all differ.
func TestHugeImport(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	small := a.run("estate", "import", hugeFile(t, a, 4<<20))
	require.Zero(t, small.code, "%s", small)
	huge := a.run("estate", "import", hugeFile(t, a, 120<<20), "--json")
	require.Zero(t, huge.code, "%s", huge)
	var c counts
	huge.value(&c)
	require.Equal(t, 50, c.Total)
	require.Equal(t, c.Read, c.Duplicates+50)
	t.Logf("peak: %d MB for 4 MB, %d MB for 120 MB", small.peak>>20, huge.peak>>20)
	require.Less(t, huge.peak, small.peak+80<<20)

	// One value that is longer than any resource is refused, not read into memory.
	path := filepath.Join(a.home, "one.json")
	f, err := os.Create(path)
	require.NoError(t, err)
	w := bufio.NewWriter(f)
	fmt.Fprint(w, `{"resources":[{"arn":"arn:aws:s3:::big","name":"`)
	for range 60 << 10 {
		fmt.Fprint(w, strings.Repeat("x", 1024))
	}
	fmt.Fprint(w, `"}]}`)
	require.NoError(t, w.Flush())
	require.NoError(t, f.Close())
	r := a.run("estate", "import", path, "--json")
	require.Equal(t, "invalid", r.refused(1).Error.Code)
	require.Less(t, r.peak, small.peak+110<<20)
}

// hugeFile repeats 50 resources, each of some 40 kB, until size is reached.
func hugeFile(t *testing.T, a *app, size int) string {
	t.Helper()
	path := filepath.Join(a.home, "huge.json")
	f, err := os.Create(path)
	require.NoError(t, err)
	w := bufio.NewWriterSize(f, 1<<20)
	notes := strings.Repeat("the quick brown fox jumps over the lazy dog; ", 900)
	written, _ := fmt.Fprint(w, `{"resources":[`)
	for i := 0; written < size; i++ {
		if i > 0 {
			fmt.Fprint(w, ",\n")
		}
		n, err := fmt.Fprintf(w, `{"arn":"arn:aws:sns:eu-west-3:444444444444:topic-%d","type":"AWS::SNS::Topic","name":"topic-%d","region":"eu-west-3","account_id":"444444444444","tags":{"i":"%d"},"attributes":{"Notes":%q}}`, i%50, i%50, i%50, notes)
		require.NoError(t, err)
		written += n
	}
	fmt.Fprint(w, `]}`)
	require.NoError(t, w.Flush())
	require.NoError(t, f.Close())
	return path
}
