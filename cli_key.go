package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"cloudops/backend/crypto"
	"cloudops/backend/host"
)

func (c *cli) keyCommand() *cobra.Command {
	return group("key", "The keys of the data folder: status, export, import, rotate, passphrase", c.keyStatus(), c.keyExport(), c.keyImport(), c.keyRotate(), c.keyPassphrase())
}

func (c *cli) keyStatus() *cobra.Command {
	return &cobra.Command{Use: "status", Short: "Say where the keys are, never what they are", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withHost(cmd.Context(), func(h *host.Host) error { return c.printKeyStatus(h.Vault.Status()) })
		}}
}

func (c *cli) printKeyStatus(st crypto.Status) error {
	v := map[string]any{
		"backend": st.Backend, "entry": st.Entry, "vault_id": st.VaultID, "master_key_id": st.MasterKeyID, "data_key_id": st.DataKeyID,
		"data_keys": st.DataKeys, "recovery_recipient": st.RecoveryRecipient, "recovery_key_saved": !st.RecoverySavedAt.IsZero(),
		"recovery_key_saved_at": stamp(st.RecoverySavedAt), "created_at": stamp(st.CreatedAt),
	}
	return c.result(v, func(w io.Writer) {
		for _, line := range [][2]string{
			{"vault", st.VaultID}, {"master key", st.MasterKeyID + " from the " + st.Backend}, {"data key", fmt.Sprintf("%s of %d", st.DataKeyID, st.DataKeys)},
			{"recovery key", st.RecoveryRecipient}, {"saved", stamp(st.RecoverySavedAt)}, {"made", stamp(st.CreatedAt)},
		} {
			fmt.Fprintf(w, "%-13s %s\n", line[0], line[1])
		}
	})
}

func (c *cli) keyExport() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "export --out FILE", Short: "Save the recovery key to a file", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return usageError{"key export needs --out FILE", "Choose a place away from this machine."}
			}
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				if err := h.ExportRecovery(out); err != nil {
					return err
				}
				return c.result(map[string]string{"out": out, "recovery_recipient": h.Vault.Status().RecoveryRecipient}, func(w io.Writer) {
					fmt.Fprintln(w, "The recovery key is in", out+". Keep it away from this machine; whoever has it and your data can read everything.")
				})
			})
		}}
	cmd.Flags().StringVar(&out, "out", "", "the file to write; it must not exist")
	return cmd
}

func (c *cli) keyImport() *cobra.Command {
	var in string
	cmd := &cobra.Command{Use: "import --in FILE", Short: "Open the data folder with its recovery key", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if in == "" {
				return usageError{"key import needs --in FILE", "Name the file that `cloudops key export` wrote."}
			}
			identity, err := os.ReadFile(in)
			if err != nil {
				return usageError{err.Error(), "Name the file that `cloudops key export` wrote."}
			}
			if err := c.checkPassphraseFile(); err != nil {
				return err
			}
			st, err := host.ImportRecovery(cmd.Context(), host.Options{DataDir: c.dataDir, Passphrase: c.passphrase, ForcePassphrase: c.passphraseFile != ""}, identity)
			if err != nil {
				return err
			}
			return c.printKeyStatus(st)
		}}
	cmd.Flags().StringVar(&in, "in", "", "the recovery key's file")
	return cmd
}

func (c *cli) keyRotate() *cobra.Command {
	return &cobra.Command{Use: "rotate", Short: "Make a new master key and a new data key", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				if err := h.Vault.Rotate(cmd.Context()); err != nil {
					return err
				}
				return c.printKeyStatus(h.Vault.Status())
			})
		}}
}

func (c *cli) keyPassphrase() *cobra.Command {
	var file string
	var keychain bool
	cmd := &cobra.Command{Use: "passphrase", Short: "Change the passphrase, or move the master key between passphrase and keychain", Args: args(0, 0, "no arguments"),
		Long: "Put the master key under a new passphrase, asked for at a terminal or read from --new-passphrase-file; the old one is asked for, or read from\n--passphrase-file. It also takes the master key out of the keychain; --keychain puts it back there. Key files in older backups go on opening\nwith the passphrase of their time: where that may be known to others, run `cloudops key rotate` as well.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if keychain && file != "" {
				return usageError{"--keychain and --new-passphrase-file exclude each other", "Choose where the master key is to be kept."}
			}
			return c.withLedger(cmd.Context(), func(h *host.Host) error {
				if err := c.movePassphrase(cmd.Context(), h, file, keychain); err != nil {
					return err
				}
				return c.printKeyStatus(h.Vault.Status())
			})
		}}
	cmd.Flags().StringVar(&file, "new-passphrase-file", "", "the file that holds the new passphrase")
	cmd.Flags().BoolVar(&keychain, "keychain", false, "keep the master key in the keychain from now on")
	return cmd
}

func (c *cli) movePassphrase(ctx context.Context, h *host.Host, file string, keychain bool) error {
	if keychain {
		return h.UseKeychain(ctx)
	}
	// The source of a new passphrase is not that of the old one.
	next := *c
	if next.passphraseFile = file; file == "" {
		fmt.Fprintln(c.err, "The new passphrase.")
	}
	passphrase, err := next.passphrase(ctx, true)
	if errors.Is(err, errNobodyToAsk) {
		return usageError{"key passphrase needs --new-passphrase-file FILE where nobody can be asked", "Name a file that holds the new passphrase."}
	}
	if err != nil {
		return err
	}
	return h.ChangePassphrase(ctx, passphrase)
}
