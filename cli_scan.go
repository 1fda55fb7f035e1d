package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cloudops/backend/config"
	"cloudops/backend/estate/aws"
	"cloudops/backend/host"
)

func (c *cli) scanCommand() *cobra.Command {
	var o host.ScanOptions
	cmd := &cobra.Command{Use: "scan", Short: "Read the estate from AWS; nothing is ever written there", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, s := range o.Services {
				if !slices.Contains(aws.Services(), s) {
					return usageError{fmt.Sprintf("unknown service %q", s), "There are: " + strings.Join(aws.Services(), ", ") + "."}
				}
			}
			asked := config.Default()
			asked.AWS = config.AWSSettings{Profiles: o.Profiles, Regions: o.Regions, Services: o.Services, RoleARNs: o.RoleARNs, EndpointURL: o.EndpointURL}
			if err := asked.Validate(); err != nil {
				return usageError{err.Error(), "See `cloudops scan --help`."}
			}
			return c.withIndex(cmd.Context(), func(h *host.Host) error { return c.scan(cmd.Context(), h, o) })
		}}
	f := cmd.Flags()
	f.StringArrayVar(&o.Profiles, "profile", nil, "a profile of the AWS configuration; may be repeated")
	f.StringArrayVar(&o.Regions, "region", nil, "a region; may be repeated (default: every enabled one)")
	f.StringArrayVar(&o.Services, "service", nil, "a service; may be repeated (default: all)")
	f.StringArrayVar(&o.RoleARNs, "role-arn", nil, "a role to assume, for another account; may be repeated")
	f.StringVar(&o.EndpointURL, "endpoint-url", "", "another AWS-compatible endpoint")
	f.BoolVar(&o.CloudControl, "cloud-control", false, "also list the types that have no collector, by Cloud Control: many more calls, and rights that docs/iam-policy.json does not give")
	f.BoolVar(&o.ResourceExplorer, "resource-explorer", false, "also list what Resource Explorer's index names, in the regions where it is turned on")
	f.BoolVar(&o.Fresh, "fresh", false, "read everything anew, also where a scan of the same was interrupted less than six hours ago")
	return cmd
}

// scanLine is what a scan says. State is done, partial or failed; findings say what could not be read.
type scanLine struct {
	countsLine
	State       string         `json:"state"`
	CellsDone   int            `json:"cells_done"`
	CellsFailed int            `json:"cells_failed"`
	CellsKept   int            `json:"cells_kept"` // read by the scan that was interrupted and went on
	Found       int            `json:"found"`
	Findings    []scanFinding  `json:"findings"`
	Calls       map[string]int `json:"calls"`
	Denied      map[string]int `json:"denied"` // of the calls, those that were not allowed
	Slowed      []scanSlowed   `json:"slowed"` // where AWS did not bear the pace
	TookMS      int64          `json:"took_ms"`
}

// counted is never null in JSON.
func counted(m map[string]int) map[string]int {
	if m == nil {
		return map[string]int{}
	}
	return m
}

// scanSlowed is a service that answered "too many", and how far the scan slowed down for it.
type scanSlowed struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Service   string `json:"service"`
	Throttles int    `json:"throttles"`
	AtOnce    int    `json:"at_once"`  // the fewest calls at once
	PauseMS   int64  `json:"pause_ms"` // the longest pause after a call
}

type scanFinding struct {
	Code    string `json:"code"`
	Where   string `json:"where"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

func (c *cli) scan(ctx context.Context, h *host.Host, o host.ScanOptions) error {
	report, finish := c.progress("cells")
	done, err := h.Scan(ctx, o, func(p aws.Progress) { report(p.Done, p.Total) })
	finish()
	if err != nil {
		return err
	}
	line := scanLine{
		countsLine: totals(ctx, h, done.Counts), State: done.State, CellsDone: done.CellsDone, CellsFailed: done.CellsFailed, CellsKept: done.CellsKept,
		Found: done.Resources, Findings: []scanFinding{}, Calls: done.Calls, Denied: counted(done.Denied), Slowed: []scanSlowed{}, TookMS: done.Duration.Milliseconds(),
	}
	for _, f := range done.Findings {
		line.Findings = append(line.Findings, scanFinding(f))
		fmt.Fprintf(c.err, "%s: %s: %s\n  %s\n", f.Where, f.Code, f.Message, f.Hint)
	}
	for _, s := range done.Slowed {
		line.Slowed = append(line.Slowed, scanSlowed{s.Cell.AccountID, s.Cell.Region, s.Cell.Service, s.Throttles, s.AtOnce, s.Pause.Milliseconds()})
		fmt.Fprintf(c.err, "%s %s %s: slowed down to %d at once, %d answers were \"too many\"\n", s.Cell.AccountID, s.Cell.Region, s.Cell.Service, s.AtOnce, s.Throttles)
	}
	if err := c.finishWrite(ctx, h, line); err != nil {
		return err
	}
	if done.State == aws.StateFailed {
		return reportedError{errors.New("nothing could be read")}
	}
	return nil
}

// String implements fmt.Stringer.
func (l scanLine) String() string {
	return fmt.Sprintf("%s: %d found, %s; %d of %d cells could be read", l.State, l.Found, l.countsLine, l.CellsDone, l.CellsDone+l.CellsFailed)
}
