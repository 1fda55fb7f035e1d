package estate

import (
	"context"
	"fmt"
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
