package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"cloudops/backend/host"
)

// Exit codes of the command line.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is what every command works with.
type cli struct {
	in       io.Reader // ends with the command's context
	stdin    io.Reader
	out, err io.Writer

	dataDir        string
	passphraseFile string
	json           bool
	verbose        bool
}

// runCLI carries out one command and returns its exit code.
func runCLI(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the first signal ends the command in order, the second at once
	checked := &checkedWriter{w: out}
	c := &cli{in: &interruptible{ctx: ctx, in: in}, stdin: in, out: checked, err: errOut}
	root := c.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if checked.err != nil {
		// Nothing more can be said there.
		c.json, err = false, fmt.Errorf("write the output: %w", checked.err)
		return c.fail(err)
	}
	if err == nil {
		return exitDone
	}
	c.json = c.json || asksForJSON(args) // flags after one that is wrong were not looked at
	return c.fail(err)
}

func asksForJSON(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

func (c *cli) fail(err error) int {
	e := appError(err)
	var reported reportedError
	if errors.As(err, &reported) {
		return exitFailed
	}
	if c.json {
		c.print(map[string]any{"error": map[string]string{"code": e.Code, "message": e.Message, "hint": e.Hint}})
	} else {
		fmt.Fprintln(c.err, "cloudops:", e.Message)
		if e.Hint != "" {
			fmt.Fprintln(c.err, "  "+strings.ReplaceAll(e.Hint, "\n", "\n  "))
		}
	}
	if e.Code == "usage" {
		return exitUsage
	}
	return exitFailed
}

// reportedError: the outcome was printed already, and it is a failure.
type reportedError struct{ error }

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "cloudops",
		Short:         "Your AWS estate and every conversation about it, searchable, on your own machine",
		Long:          "CloudOps keeps an inventory of your AWS estate and your conversations about it on this machine, encrypted\nand searchable by meaning. Without a command it opens its window.",
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRun: func(*cobra.Command, []string) {
			level := slog.LevelWarn
			if c.verbose {
				level = slog.LevelInfo
			}
			slog.SetDefault(slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level})))
		},
	}
	root.SetOut(c.out)
	root.SetErr(c.err)
	f := root.PersistentFlags()
	f.StringVar(&c.dataDir, "data-dir", "", "the data folder (default: CLOUDOPS_DATA_DIR, then the user's own)")
	f.StringVar(&c.passphraseFile, "passphrase-file", "", "a file with the passphrase, where there is no keychain")
	f.BoolVar(&c.json, "json", false, "print JSON on stdout and nothing else")
	f.BoolVarP(&c.verbose, "verbose", "v", false, "say more on stderr")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{err.Error(), "See `" + cmd.CommandPath() + " --help`."}
	})
	root.AddCommand(c.doctorCommand(), c.estateCommand(), c.scanCommand(), c.searchCommand(), c.askCommand(), c.chatsCommand(), c.backupCommand(), c.keyCommand())
	root.RunE = func(cmd *cobra.Command, argv []string) error {
		if len(argv) > 0 || c.json {
			return unknownCommand(cmd, argv)
		}
		if code := runWindow(c.dataDir); code != exitDone {
			return reportedError{errors.New("the window")}
		}
		return nil
	}
	root.Args = cobra.ArbitraryArgs
	return root
}

// group is a command that only has commands below it.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: unknownCommand}
	g.AddCommand(commands...)
	return g
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	what := "a command is missing"
	if len(args) > 0 {
		what = fmt.Sprintf("unknown command %q", args[0])
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return usageError{what + " for " + cmd.CommandPath(), "There are: " + strings.Join(names, ", ") + ". See `" + cmd.CommandPath() + " --help`."}
}

// args checks the number of arguments as a matter of usage.
func args(least, most int, names string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, got []string) error {
		if len(got) < least || (most >= 0 && len(got) > most) {
			return usageError{fmt.Sprintf("%s takes %s", cmd.CommandPath(), names), "See `" + cmd.CommandPath() + " --help`."}
		}
		return nil
	}
}

// withHost opens the data folder for a command and closes it again.
func (c *cli) withHost(ctx context.Context, do func(h *host.Host) error) (err error) {
	if err := c.checkPassphraseFile(); err != nil {
		return err
	}
	h, err := host.New(host.Options{DataDir: c.dataDir, Version: version, Passphrase: c.passphrase, ForcePassphrase: c.passphraseFile != ""})
	if err != nil {
		return err
	}
	if err := h.Open(ctx); err != nil {
		return err
	}
	defer func() {
		// The command's own context may have ended; the index is stopped all the same.
		stop, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		err = errors.Join(err, h.Close(stop))
	}()
	return do(h)
}

// closeTimeout is what closing may take before Qdrant is killed.
const closeTimeout = 20 * time.Second

// withIndex is withHost for commands that search: it waits until the index has all that the ledger has.
func (c *cli) withIndex(ctx context.Context, do func(h *host.Host) error) error {
	return c.withHost(ctx, func(h *host.Host) error {
		report, finish := c.progress("index")
		err := h.WaitIndex(ctx, report)
		finish()
		if err != nil {
			return err
		}
		return do(h)
	})
}

// checkPassphraseFile reads it before anything is made for a command that cannot go on.
func (c *cli) checkPassphraseFile() error {
	if c.passphraseFile == "" {
		return nil
	}
	_, err := c.passphrase(context.Background(), false)
	return err
}

// passphrase comes from --passphrase-file, or from a person at a terminal; never from an argument.
func (c *cli) passphrase(_ context.Context, create bool) ([]byte, error) {
	if c.passphraseFile != "" {
		data, err := os.ReadFile(c.passphraseFile)
		if err != nil {
			return nil, usageError{fmt.Sprintf("--passphrase-file: %v", err), "Name a file that holds the passphrase and that you can read."}
		}
		return []byte(strings.TrimRight(string(data), "\r\n")), nil
	}
	tty, ok := c.stdin.(*os.File)
	if !ok || !isatty.IsTerminal(tty.Fd()) {
		return nil, errNobodyToAsk
	}
	first, err := c.readPassphrase(tty, "Passphrase: ")
	if err != nil || !create {
		return first, err
	}
	again, err := c.readPassphrase(tty, "Again: ")
	if err == nil && string(first) != string(again) {
		err = usageError{"the two passphrases differ", "Try again."}
	}
	return first, err
}

func (c *cli) readPassphrase(tty *os.File, prompt string) ([]byte, error) {
	fmt.Fprint(c.err, prompt)
	defer fmt.Fprintln(c.err)
	return term.ReadPassword(int(tty.Fd()))
}

// print writes one JSON value on a line of its own.
func (c *cli) print(v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// result prints v under --json, and otherwise what say writes.
func (c *cli) result(v any, say func(w io.Writer)) error {
	if c.json {
		return c.print(v)
	}
	say(c.out)
	return nil
}

// progress shows a bar on a terminal and nothing elsewhere. The function it returns takes (done, total).
func (c *cli) progress(label string) (report func(done, total int), finish func()) {
	file, ok := c.err.(*os.File)
	if !ok || !isatty.IsTerminal(file.Fd()) {
		return func(int, int) {}, func() {}
	}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(c.err), progressbar.OptionSetDescription(label),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	shown := false
	return func(done, total int) {
			shown = true
			if total > 0 && bar.GetMax() != total {
				bar.ChangeMax(total)
			}
			_ = bar.Set(done) // a progress bar that cannot be drawn is no reason to stop
		}, func() {
			if shown {
				_ = bar.Finish()
			}
		}
}

func (c *cli) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Check every part of CloudOps", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var checks []host.Check
			err := c.withHost(cmd.Context(), func(h *host.Host) error {
				checks = h.Doctor(cmd.Context())
				return nil
			})
			var usage usageError
			if errors.As(err, &usage) {
				return err
			}
			if err != nil {
				e := appError(err)
				checks = append(checks, host.Check{Name: "start", Detail: e.Message, Hint: e.Hint})
			}
			return c.reportChecks(checks)
		},
	}
}

func (c *cli) reportChecks(checks []host.Check) error {
	ok := host.AllOK(checks)
	err := c.result(map[string]any{"ok": ok, "checks": checks}, func(w io.Writer) {
		for _, check := range checks {
			mark := "ok  "
			if !check.OK {
				mark = "FAIL"
			}
			fmt.Fprintf(w, "%s  %-16s %s\n", mark, check.Name, check.Detail)
			if !check.OK && check.Hint != "" {
				fmt.Fprintf(w, "      %-16s %s\n", "", check.Hint)
			}
		}
	})
	if err == nil && !ok {
		err = reportedError{errors.New("a check failed")}
	}
	return err
}
