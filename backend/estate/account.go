package estate

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"
)

// The types that tell what an account is called: as the organization has it, and as the account calls itself.
const (
	typeOrganizationAccount = "AWS::Organizations::Account"
	typeAccountAlias        = "AWS::IAM::AccountAlias"
)

// AccountNames are what people call accounts, by account id: the organization's name of it, or else the alias that the account gave
// itself. An account of which neither was scanned is not in it.
func (s *Service) AccountNames(ctx context.Context) (map[string]string, error) {
	aliases, names := map[string]string{}, map[string]string{}
	err := s.All(ctx, []Filter{{Field: fieldType, Values: []string{typeOrganizationAccount, typeAccountAlias}}}, func(i Item) error {
		if i.Type == typeAccountAlias {
			aliases[i.AccountID] = i.Name
		} else {
			names[NameOf(i.ARN)] = i.Name // its ARN ends at its id; the account that listed it is the organization's
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the names of accounts: %w", err)
	}
	for id, alias := range aliases {
		if names[id] == "" {
			names[id] = alias
		}
	}
	return names, nil
}

// nameCache keeps the names of accounts for a while: every page that shows an account asks for them.
type nameCache struct {
	mu sync.Mutex
	of map[string]string // by account id
	at time.Time
}

// namesLast is how long names of accounts are taken for the ones that are kept; they change when an organization is scanned.
const namesLast = 10 * time.Second

// Accounts are AccountNames as they were a few seconds ago at most. Where they cannot be read there are none: names are a help, and
// whoever shows an account shows its id too.
func (s *Service) Accounts(ctx context.Context) map[string]string {
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	if time.Since(s.names.at) < namesLast {
		return maps.Clone(s.names.of)
	}
	names, err := s.AccountNames(ctx)
	if err != nil {
		s.log.Debug("read the names of accounts", "error", err)
		return maps.Clone(s.names.of)
	}
	s.names.of, s.names.at = names, time.Now()
	return maps.Clone(names)
}

// accountsByName is Accounts for the parser, which goes from names to ids. A name that two accounts have says neither.
func (s *Service) accountsByName() map[string]string {
	ids := map[string]string{}
	for id, name := range s.Accounts(context.Background()) {
		if _, twice := ids[name]; twice {
			id = ""
		}
		ids[name] = id
	}
	maps.DeleteFunc(ids, func(name, id string) bool { return id == "" || name == "" })
	return ids
}
