package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudops/backend/backup"
	"cloudops/backend/config"
	"cloudops/backend/host"
)

func (c *cli) backupPrune() *cobra.Command {
	cmd := &cobra.Command{Use: "prune", Short: "Remove backups that no rule keeps, and what nobody needs any more", Args: args(0, 0, "no arguments")}
	place := placeFlags(cmd)
	keep := keepFlags(cmd)
	dryRun := cmd.Flags().Bool("dry-run", false, "say what would go, and remove nothing")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		rules, given, err := keep()
		if err != nil {
			return err
		}
		return c.withLedger(cmd.Context(), func(h *host.Host) error {
			own := (*backup.Keep)(nil)
			if given {
				own = &backup.Keep{Last: rules.Last, Hourly: rules.Hourly, Daily: rules.Daily, Weekly: rules.Weekly, Monthly: rules.Monthly, Within: time.Duration(rules.WithinDays) * 24 * time.Hour}
			}
			progress, finish := c.backupProgress("prune")
			p, err := h.PruneBackups(cmd.Context(), *place, own, *dryRun, progress)
			finish()
			if err != nil {
				return err
			}
			return c.reportPruned(p, *dryRun)
		})
	}
	return cmd
}

func (c *cli) reportPruned(p backup.Pruned, dryRun bool) error {
	kept := []map[string]any{}
	for _, d := range p.Decisions {
		if d.Keep {
			kept = append(kept, map[string]any{"backup": d.ID, "created_at": stamp(d.At), "reasons": d.Reasons})
		}
	}
	v := map[string]any{"dry_run": dryRun, "removed": append([]string{}, p.Removed...), "kept": kept, "held": append([]string{}, p.Held...),
		"removed_objects": p.Objects, "removed_bytes": p.Bytes, "warnings": c.warn(p.Warnings)}
	return c.result(v, func(w io.Writer) {
		verb := "goes"
		if dryRun {
			verb = "would go"
		}
		for _, d := range p.Decisions {
			if d.Keep {
				fmt.Fprintf(w, "%s  stays: %s\n", d.ID, strings.Join(d.Reasons, ", "))
			} else {
				fmt.Fprintf(w, "%s  %s\n", d.ID, verb)
			}
		}
		fmt.Fprintf(w, "%d objects, %s\n", p.Objects, size(p.Bytes))
		if len(p.Held) > 0 {
			fmt.Fprintf(w, "%d objects are held by an Object Lock and stay for now.\n", len(p.Held))
		}
	})
}

// keepFlags are the rules; given says whether any was on the command line.
func keepFlags(cmd *cobra.Command) func() (k config.KeepSettings, given bool, err error) {
	var k config.KeepSettings
	names := []string{"keep-last", "keep-hourly", "keep-daily", "keep-weekly", "keep-monthly", "keep-within-days"}
	for i, to := range []*int{&k.Last, &k.Hourly, &k.Daily, &k.Weekly, &k.Monthly, &k.WithinDays} {
		cmd.Flags().IntVar(to, names[i], 0, "how many stay")
	}
	cmd.Flags().Lookup("keep-within-days").Usage = "all of the last days stay"
	return func() (config.KeepSettings, bool, error) {
		given := false
		for _, name := range names {
			given = given || cmd.Flags().Changed(name)
		}
		check := config.Default().Backup
		check.Keep = k
		return k, given, check.Validate()
	}
}

func (c *cli) backupSchedule() *cobra.Command {
	cmd := &cobra.Command{Use: "schedule", Short: "Show or set where backups go, when, and how long they stay", Args: args(0, 0, "no arguments")}
	place := placeFlags(cmd)
	keep := keepFlags(cmd)
	var every, logDays, limit int
	var off, ship bool
	var kms, class string
	f := cmd.Flags()
	f.IntVar(&every, "every", 0, "hours from one backup to the next; 0: only when asked for")
	f.IntVar(&logDays, "log-days", 0, "for how many days any moment can be restored")
	f.IntVar(&limit, "limit-kb", 0, "at most so many KiB a second go out; 0: no limit")
	f.BoolVar(&ship, "ship", true, "send the log every minute while there are changes")
	f.StringVar(&kms, "kms-key", "", "encrypt in the bucket with this KMS key (aws/s3: the account's own)")
	f.StringVar(&class, "storage-class", "", "of the objects in the bucket")
	f.BoolVar(&off, "off", false, "make no backups by themselves, and forget the place")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		rules, given, err := keep()
		if err != nil {
			return err
		}
		change := func(b *config.BackupSettings) error {
			set, err := place.Settings(*b)
			if err != nil {
				return err
			}
			for flag, apply := range map[string]func(){
				"every": func() { set.EveryHours = every }, "log-days": func() { set.LogDays = logDays }, "limit-kb": func() { set.LimitKB = limit }, "ship": func() { set.ShipLog = ship },
				"kms-key": func() { set.KMSKey = kms }, "storage-class": func() { set.StorageClass = class }, "off": func() { set.Target = config.BackupNone },
			} {
				if f.Changed(flag) {
					apply()
				}
			}
			if given {
				set.Keep = rules
			}
			*b = set
			return nil
		}
		return c.withLedger(cmd.Context(), func(h *host.Host) error {
			if changesAny(cmd) {
				if err := h.SaveBackup(change); err != nil {
					return err
				}
			}
			return c.printSchedule(cmd.Context(), h)
		})
	}
	return cmd
}

// changesAny tells whether a flag of the command itself was given.
func changesAny(cmd *cobra.Command) bool {
	return slices.ContainsFunc([]string{
		"bucket", "prefix", "region", "profile", "endpoint-url", "plain-checksums", "dir", "every", "log-days", "limit-kb", "ship", "kms-key", "storage-class", "off",
		"keep-last", "keep-hourly", "keep-daily", "keep-weekly", "keep-monthly", "keep-within-days",
	}, cmd.Flags().Changed)
}

func (c *cli) printSchedule(ctx context.Context, h *host.Host) error {
	s, err := h.BackupSchedule(ctx)
	if err != nil {
		return err
	}
	v := map[string]any{"target": s.Target, "every_hours": s.Settings.EveryHours, "ship_log": s.Settings.ShipLog, "log_days": s.Settings.LogDays, "keep": s.Settings.Keep,
		"last": stamp(s.Last), "next": stamp(s.Next), "due": s.Due(time.Now()), "verified": stamp(s.Verified), "drilled": stamp(s.Drilled)}
	return c.result(v, func(w io.Writer) {
		if s.Target == "" {
			fmt.Fprintln(w, "No place for backups is set: `cloudops backup schedule --bucket B --region R` or `--dir D`.")
			return
		}
		k := s.Settings.Keep
		for _, line := range [][2]string{
			{"target", s.Target}, {"every", fmt.Sprintf("%d hours", s.Settings.EveryHours)}, {"last", stamp(s.Last)}, {"next", stamp(s.Next)}, {"verified", stamp(s.Verified)}, {"drilled", stamp(s.Drilled)},
			{"stay", fmt.Sprintf("%d last, %d hourly, %d daily, %d weekly, %d monthly, all of %d days", k.Last, k.Hourly, k.Daily, k.Weekly, k.Monthly, k.WithinDays)},
		} {
			fmt.Fprintf(w, "%-9s %s\n", line[0], line[1])
		}
	})
}
