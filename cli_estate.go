package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudops/backend/estate"
	"cloudops/backend/host"
)

func (c *cli) estateCommand() *cobra.Command {
	return group("estate", "The inventory: sample, import, export, show, changes, stats",
		c.estateSample(), c.estateImport(), c.estateExport(), c.estateShow(), c.estateChanges(), c.estateStats())
}

// countsLine is {"added","changed","removed","total"}: total is how many resources the estate has now.
type countsLine struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Removed   int `json:"removed"`
	Total     int `json:"total"`
}

func totals(ctx context.Context, h *host.Host, counts estate.Counts) countsLine {
	return countsLine{counts.Added, counts.Changed, counts.Unchanged, counts.Removed, h.Status(ctx).Resources}
}

func (l countsLine) String() string {
	return fmt.Sprintf("%d added, %d changed, %d removed, %d unchanged; %d in all", l.Added, l.Changed, l.Removed, l.Unchanged, l.Total)
}

func (c *cli) estateSample() *cobra.Command {
	var count int
	var seed int64
	cmd := &cobra.Command{Use: "sample", Short: "Load the sample estate", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if count < 1 || count > 1_000_000 {
				return usageError{fmt.Sprintf("--count is %d", count), "Choose a number from 1 to 1,000,000."}
			}
			return c.withIndex(cmd.Context(), func(h *host.Host) error {
				report, finish := c.progress("resources")
				counts, err := h.LoadSample(cmd.Context(), count, seed, report)
				finish()
				if err != nil {
					return err
				}
				return c.finishWrite(cmd.Context(), h, totals(cmd.Context(), h, counts))
			})
		}}
	cmd.Flags().IntVar(&count, "count", 1500, "how many resources")
	cmd.Flags().Int64Var(&seed, "seed", 1, "the same seed gives the same estate")
	return cmd
}

// embeddingWait is how long a command waits for vectors after it has written.
const embeddingWait = 2 * time.Minute

// finishWrite lets the index catch up before the command ends, so that the next one need not, and prints what was done.
func (c *cli) finishWrite(ctx context.Context, h *host.Host, v any) error {
	report, finish := c.progress("embedding")
	wait, cancel := context.WithTimeout(ctx, embeddingWait)
	err := h.WaitEmbedded(wait, report)
	cancel()
	finish()
	if err != nil {
		// Everything is stored; the next start goes on with the index and the vectors.
		fmt.Fprintf(c.err, "cloudops: everything is stored; %d records are not searchable in full yet, the next command or the app goes on with them\n", h.Status(ctx).Pending)
	}
	return c.result(v, func(w io.Writer) { fmt.Fprintln(w, v) })
}

// importLine is what an import says.
type importLine struct {
	countsLine
	Read       int             `json:"read"`
	Duplicates int             `json:"duplicates"`
	Skipped    int             `json:"skipped"`
	Partial    bool            `json:"partial"`
	Problems   []importProblem `json:"problems"`
}

// importProblem is a resource that was skipped or, where it was not, imported with a change that is told.
type importProblem struct {
	Where   string `json:"where"`
	Line    int    `json:"line"`
	ARN     string `json:"arn"`
	Error   string `json:"error"`
	Skipped bool   `json:"skipped"`
}

func (c *cli) estateImport() *cobra.Command {
	return &cobra.Command{Use: "import FILE", Short: "Import resources from JSON, JSON lines or the tagging API's output (- is stdin)", Args: args(1, 1, "a file"),
		RunE: func(cmd *cobra.Command, argv []string) error {
			in := io.NopCloser(c.in)
			if argv[0] != "-" {
				f, err := openFile(argv[0])
				if err != nil {
					return err
				}
				in = f
			}
			defer in.Close()
			return c.withIndex(cmd.Context(), func(h *host.Host) error { return c.importEstate(cmd.Context(), h, in) })
		}}
}

func (c *cli) importEstate(ctx context.Context, h *host.Host, in io.Reader) error {
	report, finish := c.progress("resources")
	counts, done, err := h.Estate.Import(ctx, in, func(p estate.ImportProgress) { report(p.Resources, 0) })
	finish()
	if err != nil {
		if counts.Added+counts.Changed > 0 {
			return fmt.Errorf("%w; before that %s", err, totals(ctx, h, counts))
		}
		return err
	}
	line := importLine{countsLine: totals(ctx, h, counts), Read: done.Read, Duplicates: done.Duplicates, Skipped: done.Rejected, Partial: done.Partial, Problems: []importProblem{}}
	for _, p := range done.Problems {
		line.Problems = append(line.Problems, importProblem{p.Place(), p.Line, p.ARN, p.Message, p.Rejected})
	}
	if !c.json {
		for _, p := range line.Problems {
			fmt.Fprintf(c.err, "  %s: %s\n", p.Where, p.Error)
		}
	}
	return c.finishWrite(ctx, h, line)
}

// String implements fmt.Stringer.
func (l importLine) String() string {
	return fmt.Sprintf("%s; %d duplicates, %d skipped", l.countsLine, l.Duplicates, l.Skipped)
}

func (c *cli) estateExport() *cobra.Command {
	var format string
	cmd := &cobra.Command{Use: "export", Short: "Write the estate to stdout, sorted by ARN", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "csv" && format != "json" {
				return usageError{fmt.Sprintf("unknown format %q", format), "Use --format csv or --format json."}
			}
			if c.json && format == "csv" {
				return usageError{"--json and --format csv contradict each other", "Leave one of them out."}
			}
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				return h.Estate.Export(cmd.Context(), format, c.out, nil)
			})
		}}
	cmd.Flags().StringVar(&format, "format", "json", "csv or json")
	return cmd
}

func (c *cli) estateShow() *cobra.Command {
	return &cobra.Command{Use: "show ARN", Short: "Show everything about a resource", Args: args(1, 1, "an ARN"),
		RunE: func(cmd *cobra.Command, argv []string) error {
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				d, err := h.Estate.Get(cmd.Context(), argv[0])
				if err != nil {
					return err
				}
				return c.result(showLine(d), func(w io.Writer) {
					enc := json.NewEncoder(w)
					enc.SetEscapeHTML(false)
					enc.SetIndent("", "  ")
					_ = enc.Encode(showLine(d)) // what cannot be written to stdout cannot be told there
				})
			})
		}}
}

func showLine(d estate.Detail) map[string]any {
	type edge struct {
		Kind     string `json:"kind"`
		Outgoing bool   `json:"outgoing"`
		ARN      string `json:"arn"`
		Known    bool   `json:"known"`
	}
	edges := []edge{}
	for _, e := range d.Relations {
		edges = append(edges, edge{e.Kind, e.Outgoing, e.ARN, e.Item != nil})
	}
	return map[string]any{
		"arn": d.ARN, "type": d.Type, "name": d.Name, "region": d.Region, "account_id": d.AccountID, "env": d.Env, "state": d.State,
		"tags": d.Tags, "attributes": d.Attributes, "relations": edges, "first_seen": stamp(d.FirstSeen), "last_seen": stamp(d.LastSeen), "console_url": d.ConsoleURL,
	}
}

func (c *cli) estateChanges() *cobra.Command {
	var since string
	cmd := &cobra.Command{Use: "changes", Short: "List changes, newest first, one JSON line each", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := parseSince(since, time.Now())
			if err != nil {
				return err
			}
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				for cursor := ""; ; {
					page, err := h.Estate.Changes(cmd.Context(), from, 1000, cursor)
					if err != nil {
						return err
					}
					for _, change := range page.Changes {
						if err := c.printChange(change); err != nil {
							return err
						}
					}
					if cursor = page.Next; cursor == "" {
						return nil
					}
				}
			})
		}}
	cmd.Flags().StringVar(&since, "since", "", "a time (RFC 3339), a date, or an age such as 24h or 7d")
	return cmd
}

func (c *cli) printChange(change estate.Change) error {
	change.Fields = list(change.Fields)
	return c.result(change, func(w io.Writer) {
		var fields []string
		for _, f := range change.Fields {
			fields = append(fields, f.Field)
		}
		fmt.Fprintf(w, "%s  %-8s %s  %s\n", stamp(change.At), change.Kind, change.ARN, strings.Join(fields, ", "))
	})
}

// parseSince reads a moment; empty is the beginning.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	age := text
	if days, ok := strings.CutSuffix(text, "d"); ok {
		age = days + "h"
	}
	d, err := time.ParseDuration(age)
	if err != nil || d < 0 {
		return time.Time{}, usageError{fmt.Sprintf("--since %q is no time", text), "Use 2026-11-01, 2026-11-01T08:00:00Z, 24h or 7d."}
	}
	if age != text {
		d *= 24
	}
	return now.Add(-d), nil
}

func (c *cli) estateStats() *cobra.Command {
	return &cobra.Command{Use: "stats", Short: "Count the estate", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				st, err := h.Estate.Stats(cmd.Context())
				if err != nil {
					return err
				}
				v := map[string]any{
					"total": st.Total, "by_type": facetMap(st.ByType), "by_service": facetMap(st.ByService), "by_region": facetMap(st.ByRegion),
					"by_account": facetMap(st.ByAccount), "by_env": facetMap(st.ByEnv), "last_scan": stamp(st.LastScan),
				}
				return c.result(v, func(w io.Writer) {
					fmt.Fprintf(w, "%d resources\n", st.Total)
					for _, f := range st.ByType {
						fmt.Fprintf(w, "%7d  %s\n", f.Count, f.Value)
					}
				})
			})
		}}
}

func facetMap(values []estate.FacetValue) map[string]int {
	out := make(map[string]int, len(values))
	for _, v := range values {
		out[v.Value] = v.Count
	}
	return out
}

// readLines calls do with each JSON line of a file.
func readLines(path string, do func(number int, line []byte) error) error {
	f, err := openFile(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for number := 1; in.Scan(); number++ {
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		if !json.Valid(line) {
			return usageError{fmt.Sprintf("%s:%d is no JSON", path, number), "Each line is a JSON object."}
		}
		if err := do(number, line); err != nil {
			return err
		}
	}
	return in.Err()
}
