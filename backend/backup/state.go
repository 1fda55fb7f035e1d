package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// targetState is what the ledger remembers of a target, beside its records.
type targetState struct {
	Backup  string    `json:"backup"`   // the newest backup of this machine
	Rev     int64     `json:"rev"`      // shipped up to here
	At      time.Time `json:"at"`       // of the backup
	Damaged []string  `json:"damaged"`  // objects that the last verification found damaged or missing
	Checked int       `json:"rotation"` // where the next share of a verification begins
	// Verified is when a verification last ended without a finding; Drilled the same of a drill.
	Verified time.Time `json:"verified,omitzero"`
	Drilled  time.Time `json:"drilled,omitzero"`
}

func (t targetState) damaged() map[string]bool {
	out := map[string]bool{}
	for _, name := range t.Damaged {
		out[name] = true
	}
	return out
}

// stateKey tells targets apart without saying where they are.
func (s *Service) stateKey() string {
	sum := sha256.Sum256([]byte(s.Target.String()))
	return "backup/" + hex.EncodeToString(sum[:8])
}

// loadState returns what is known of the target; nothing where there is no ledger, or it cannot be read: the state only
// saves work.
func (s *Service) loadState(ctx context.Context) targetState {
	var t targetState
	if s.Ledger == nil {
		return t
	}
	text, ok, err := s.Ledger.Meta(ctx, s.stateKey())
	if err != nil || !ok || json.Unmarshal([]byte(text), &t) != nil {
		return targetState{}
	}
	return t
}

func (s *Service) saveState(ctx context.Context, t targetState) error {
	if s.Ledger == nil {
		return nil
	}
	text, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("remember the backup: %w", err)
	}
	return s.Ledger.SetMeta(ctx, s.stateKey(), string(text))
}

// State is what this machine remembers of a target.
type State struct {
	Backup            string // empty: none was made
	At                time.Time
	Verified, Drilled time.Time
}

// State returns what the ledger remembers; it does not ask the target.
func (s *Service) State(ctx context.Context) State {
	t := s.loadState(ctx)
	return State{Backup: t.Backup, At: t.At, Verified: t.Verified, Drilled: t.Drilled}
}
