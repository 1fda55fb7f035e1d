package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"cloudops/backend/backup"
	"cloudops/backend/host"
)

func (c *cli) backupCommand() *cobra.Command {
	return group("backup", "Backups: now, ship, list, verify, restore, prune, schedule",
		c.backupNow(), c.backupShip(), c.backupList(), c.backupVerify(), c.backupRestore(), c.backupPrune(), c.backupSchedule())
}

// placeFlags name another place than that of the settings.
func placeFlags(cmd *cobra.Command) *host.BackupPlace {
	p := &host.BackupPlace{}
	f := cmd.Flags()
	f.StringVar(&p.Bucket, "bucket", "", "an S3 bucket")
	f.StringVar(&p.Prefix, "prefix", "", "the folder in the bucket")
	f.StringVar(&p.Region, "region", "", "the bucket's region")
	f.StringVar(&p.Profile, "profile", "", "a profile of the AWS configuration")
	f.StringVar(&p.EndpointURL, "endpoint-url", "", "another S3 server")
	f.BoolVar(&p.PlainChecksums, "plain-checksums", false, "for S3 servers that do not know the newer checksums")
	f.StringVar(&p.Dir, "dir", "", "a folder instead of a bucket")
	return p
}

// withLedger opens keys and ledger for a command; neither index nor models are started.
func (c *cli) withLedger(ctx context.Context, do func(h *host.Host) error) (err error) {
	if err := c.checkPassphraseFile(); err != nil {
		return err
	}
	h, err := host.New(c.hostOptions())
	if err != nil {
		return err
	}
	if err := h.OpenLedger(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close(context.WithoutCancel(ctx))) }()
	return do(h)
}

func (c *cli) hostOptions() host.Options {
	return host.Options{DataDir: c.dataDir, Version: version, Passphrase: c.passphrase, ForcePassphrase: c.passphraseFile != ""}
}

func (c *cli) backupProgress(label string) (func(backup.Progress), func()) {
	report, finish := c.progress(label)
	return func(p backup.Progress) { report(int(p.Entries), int(p.Total)) }, finish
}

// warn says on stderr what did not keep a command from its end.
func (c *cli) warn(warnings []error) []string {
	out := []string{}
	for _, w := range warnings {
		out = append(out, w.Error())
		fmt.Fprintln(c.err, "cloudops:", w)
	}
	return out
}

func (c *cli) backupNow() *cobra.Command {
	cmd := &cobra.Command{Use: "now", Short: "Back up; only what is not there yet is sent", Args: args(0, 0, "no arguments")}
	place := placeFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.withLedger(cmd.Context(), func(h *host.Host) error {
			progress, finish := c.backupProgress("backup")
			r, err := h.Backup(cmd.Context(), *place, progress)
			finish()
			if err != nil {
				return err
			}
			v := map[string]any{
				"backup": r.Manifest.ID, "created_at": stamp(r.Manifest.CreatedAt), "vault_id": r.Manifest.VaultID, "records": r.Manifest.Records, "entries": r.Manifest.Entries,
				"bytes": r.Manifest.Bytes(), "sent_objects": r.SentObjects, "sent_bytes": r.SentBytes, "removed_objects": r.Removed, "vectors": r.Manifest.VectorPoints(), "took_ms": r.Took.Milliseconds(), "warnings": c.warn(r.Warnings),
			}
			return c.result(v, func(w io.Writer) {
				fmt.Fprintf(w, "%s: %d records, vectors of %d texts, %s; %s sent in %s\n", r.Manifest.ID, r.Manifest.Records, r.Manifest.VectorPoints(), size(r.Manifest.Bytes()), size(r.SentBytes), r.Took.Round(time.Millisecond))
				if h.Vault.Status().RecoverySavedAt.IsZero() {
					fmt.Fprintln(w, "The recovery key was never saved, and nothing else opens this on another machine: `cloudops key export --out FILE`.")
				}
			})
		})
	}
	return cmd
}

func (c *cli) backupShip() *cobra.Command {
	cmd := &cobra.Command{Use: "ship", Short: "Send what changed since the last backup, so that a restore reaches to this moment", Args: args(0, 0, "no arguments")}
	place := placeFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.withLedger(cmd.Context(), func(h *host.Host) error {
			r, err := h.ShipLog(cmd.Context(), *place)
			if err != nil {
				return err
			}
			v := map[string]any{"backup": r.Backup, "segments": r.Segments, "entries": r.Entries, "bytes": r.Bytes, "through": stamp(r.Through), "needs_backup": r.NeedsBackup, "reason": r.Reason}
			return c.result(v, func(w io.Writer) {
				if r.NeedsBackup {
					fmt.Fprintf(w, "Nothing was sent: %s. Run `cloudops backup now`.\n", r.Reason)
					return
				}
				fmt.Fprintf(w, "%d changes sent (%s).\n", r.Entries, size(r.Bytes))
			})
		})
	}
	return cmd
}

func (c *cli) backupList() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "What can be restored", Args: args(0, 0, "no arguments")}
	place := placeFlags(cmd)
	key := cmd.Flags().String("recovery-key", "", "the recovery key's file, on a machine that has not the keys")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *key != "" {
			identity, err := readRecoveryKey(*key)
			if err != nil {
				return err
			}
			l, target, err := host.BackupsElsewhere(cmd.Context(), *place, identity)
			if err != nil {
				return err
			}
			return c.printBackups(l, target)
		}
		return c.withLedger(cmd.Context(), func(h *host.Host) error {
			l, target, err := h.Backups(cmd.Context(), *place)
			if err != nil {
				return err
			}
			return c.printBackups(l, target)
		})
	}
	return cmd
}

func readRecoveryKey(path string) ([]byte, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	identity, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read the recovery key: %w", err)
	}
	return identity, nil
}

func (c *cli) printBackups(l backup.Listing, target string) error {
	points := []map[string]any{}
	for _, p := range l.Points {
		points = append(points, map[string]any{
			"backup": p.ID, "created_at": stamp(p.CreatedAt), "machine": p.Machine, "version": p.Version, "records": p.Records, "entries": p.Entries, "bytes": p.Bytes(),
			"earliest": stamp(p.WindowFrom), "latest": stamp(p.Until), "segments": p.Segments, "segment_bytes": p.SegmentBytes,
		})
	}
	v := map[string]any{"target": target, "vault_id": l.VaultID, "bytes": l.Bytes, "objects": l.Objects, "backups": points, "damaged": c.warn(l.Damaged)}
	return c.result(v, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d backups, %s\n", target, len(l.Points), size(l.Bytes))
		for _, p := range l.Points {
			fmt.Fprintf(w, "%s  %7d records  %9s  any moment from %s to %s\n", p.ID, p.Records, size(p.Bytes()), stamp(p.WindowFrom), stamp(p.Until))
		}
	})
}

func (c *cli) backupVerify() *cobra.Command {
	cmd := &cobra.Command{Use: "verify", Short: "Read what was backed up and compare it", Args: args(0, 0, "no arguments")}
	place := placeFlags(cmd)
	var o backup.VerifyOptions
	cmd.Flags().BoolVar(&o.All, "all", false, "read every object, not the next tenth of them")
	cmd.Flags().BoolVar(&o.Drill, "drill", false, "restore everything into a scratch folder and compare it record by record")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.withLedger(cmd.Context(), func(h *host.Host) error {
			progress, finish := c.backupProgress("verify")
			v, err := h.VerifyBackups(cmd.Context(), *place, o, progress)
			finish()
			if err != nil {
				return err
			}
			return c.reportVerified(v)
		})
	}
	return cmd
}

func (c *cli) reportVerified(v backup.Verified) error {
	problems := []map[string]any{}
	for _, p := range v.Problems {
		problems = append(problems, map[string]any{"what": p.What, "backups": append([]string{}, p.Backups...), "message": p.Err.Error()})
	}
	out := map[string]any{"ok": v.OK(), "backups": v.Backups, "objects": v.Objects, "read_objects": v.Read, "read_bytes": v.Bytes, "problems": problems, "drill": nil}
	if v.Drilled != nil {
		out["drill"] = map[string]any{"backup": v.Drilled.Backup, "records": v.Drilled.Records, "vectors": v.Drilled.Vectors, "moment": stamp(v.Drilled.Moment)}
	}
	err := c.result(out, func(w io.Writer) {
		fmt.Fprintf(w, "%d backups, %d objects; %d of them read (%s)\n", v.Backups, v.Objects, v.Read, size(v.Bytes))
		if v.Drilled != nil {
			fmt.Fprintf(w, "The drill brought back %d records and the vectors of %d texts, each as it was saved.\n", v.Drilled.Records, v.Drilled.Vectors)
		}
		for _, p := range v.Problems {
			fmt.Fprintf(w, "FAIL  %s: %v\n", p.What, p.Err)
		}
		if !v.OK() {
			fmt.Fprintln(w, "Back up again: what is damaged is sent anew.")
		}
	})
	if err == nil && !v.OK() {
		err = reportedError{errors.New("the backups are damaged")}
	}
	return err
}

func (c *cli) backupRestore() *cobra.Command {
	cmd := &cobra.Command{Use: "restore", Short: "Bring back a backup, or any moment that one covers; the state before is kept",
		Long: "Bring back the latest state, a backup (--backup), or any moment (--at). It is built beside the data and checked, then swapped in; the\nstate before is kept in a folder beside the data folder until you delete it. On a new machine, --recovery-key is all it needs.\n\nWith --conversation or --estate only that comes back, into the data as it is: nothing else is touched, and the same command with the moment\nthat it prints takes it back. Moments of the last days come from this machine's own log.", Args: args(0, 0, "no arguments")}
	place := placeFlags(cmd)
	var r host.RestoreRequest
	var at, key string
	var part host.RestorePartOptions
	cmd.Flags().StringVar(&at, "at", "", "a moment, such as 2026-11-23T14:00:00Z")
	cmd.Flags().StringVar(&r.Backup, "backup", "", "the id of a backup (`backup list`)")
	cmd.Flags().StringVar(&key, "recovery-key", "", "the recovery key's file, on a machine that has not the keys")
	cmd.Flags().StringVar(&part.Conversation, "conversation", "", "bring back this conversation alone")
	cmd.Flags().BoolVar(&part.Estate, "estate", false, "bring back the estate alone")
	cmd.Flags().BoolVar(&r.WithoutVectors, "without-vectors", false, "leave the vectors out; the index embeds all texts again")
	cmd.Flags().BoolVar(&r.DryRun, "dry-run", false, "say what would change, and change nothing")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		r.Place = *place
		if at != "" {
			moment, err := time.Parse(time.RFC3339, at)
			if err != nil {
				return usageError{fmt.Sprintf("--at %q is not a moment", at), "Write it like 2026-11-23T14:00:00Z."}
			}
			// A whole second means all of it.
			if r.At = moment; moment.Nanosecond() == 0 {
				r.At = moment.Add(time.Second - time.Millisecond)
			}
		}
		if part.Estate || part.Conversation != "" {
			if key != "" || r.WithoutVectors {
				return usageError{"--conversation and --estate bring something back into a data folder that has its keys", "Leave out --recovery-key and --without-vectors, or restore all of it first."}
			}
			part.Place, part.At, part.Backup, part.DryRun = r.Place, r.At, r.Backup, r.DryRun
			return c.restorePart(cmd.Context(), part)
		}
		if key != "" {
			var err error
			if r.RecoveryKey, err = readRecoveryKey(key); err != nil {
				return err
			}
		}
		if err := c.checkPassphraseFile(); err != nil {
			return err
		}
		progress, finish := c.backupProgress("restore")
		r.Progress = progress
		a, err := host.Restore(cmd.Context(), c.hostOptions(), r)
		finish()
		if err != nil {
			return err
		}
		return c.reportRestored(a, r.DryRun)
	}
	return cmd
}

func (c *cli) restorePart(ctx context.Context, o host.RestorePartOptions) error {
	return c.withHost(ctx, func(h *host.Host) error {
		progress, finish := c.backupProgress("restore")
		o.Progress = progress
		r, err := h.RestorePart(ctx, o)
		finish()
		if err != nil {
			return err
		}
		v := map[string]any{"backup": r.Backup, "moment": stamp(r.Moment), "records": r.Records, "changes": changesOf(r.Changes), "unreadable": r.Unreadable, "dry_run": o.DryRun, "undo_at": stamp(r.Before)}
		return c.result(v, func(w io.Writer) {
			verb := "Brought back"
			if o.DryRun {
				verb = "This would bring back"
			}
			fmt.Fprintf(w, "%s %d records as they were at %s.\n", verb, r.Records, stamp(r.Moment))
			printChanges(w, r.Changes)
			if r.Unreadable > 0 {
				fmt.Fprintf(w, "%d records of the backup do not open with the keys of this data folder and were left as they are.\n", r.Unreadable)
			}
			if !r.Before.IsZero() {
				fmt.Fprintf(w, "To take it back, repeat the command with --at %s.\n", stamp(r.Before))
			}
		})
	})
}

func changesOf(all map[string]backup.Change) map[string]map[string]int64 {
	changes := map[string]map[string]int64{}
	for name, change := range all {
		changes[name] = map[string]int64{"added": change.Added, "changed": change.Changed, "removed": change.Removed}
	}
	return changes
}

func printChanges(w io.Writer, all map[string]backup.Change) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		change := all[name]
		fmt.Fprintf(w, "  %s: %d come back, %d change, %d go\n", name, change.Added, change.Changed, change.Removed)
	}
}

func (c *cli) reportRestored(a backup.Applied, dryRun bool) error {
	v := map[string]any{
		"backup": a.Backup, "vault_id": a.VaultID, "moment": stamp(a.Moment), "records": a.Records, "collections": a.Collections, "entries": a.Entries, "segments": a.Segments, "vectors": a.Vectors,
		"checked": a.Checked, "changes": changesOf(a.Changes), "dry_run": dryRun, "before": a.Aside,
	}
	return c.result(v, func(w io.Writer) {
		verb := "Restored"
		if dryRun {
			verb = "This would restore"
		}
		fmt.Fprintf(w, "%s %d records as they were at %s, from backup %s.\n", verb, a.Records, stamp(a.Moment), a.Backup)
		printChanges(w, a.Changes)
		if a.Aside != "" {
			fmt.Fprintf(w, "The state before is kept in %s; delete it when you no longer need it.\n", a.Aside)
		}
	})
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
