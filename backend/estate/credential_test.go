package estate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

// TestUsersAndTheirKeys: what an audit asks of them, and that a key which is used changes nothing.
func TestUsersAndTheirKeys(t *testing.T) {
	user := func(name string, attributes map[string]any) estate.Resource {
		return estate.Resource{ARN: "arn:aws:iam::111122223333:user/" + name, Type: "AWS::IAM::User", Name: name, Tags: map[string]string{}, Attributes: attributes, Related: []estate.Relation{}}
	}
	key := func(of, status, made, used string) estate.Resource {
		return estate.Resource{
			ARN: estate.MadeARN("aws", "", "111122223333", "AWS::IAM::AccessKey", of+"|"+made), Name: "access key of " + of, Tags: map[string]string{},
			Attributes: map[string]any{"Status": status, "CreateDate": made, "LastUsedDate": used}, Related: []estate.Relation{{Kind: "user", Target: "arn:aws:iam::111122223333:user/" + of}},
		}
	}
	s, env, ctx := openWith(t, []estate.Resource{
		user("mira", map[string]any{"MFA": true, "ConsoleAccess": true}), user("paul", map[string]any{"MFA": false, "ConsoleAccess": true}),
		user("robot", map[string]any{"MFA": false, "ConsoleAccess": false}),
		key("mira", "Active", "2026-11-01T08:00:00Z", "2026-11-20"), key("robot", "Active", "2024-02-01T08:00:00Z", "2026-11-22"), key("paul", "Inactive", "2024-03-01T08:00:00Z", "2025-01-01"),
	})
	for text, want := range map[string][]string{
		"users without mfa": {"paul", "robot"}, "users with mfa": {"mira"}, "console users without mfa": {"paul"}, "users without console access": {"robot"},
		"access keys older than 90 days": {"access key of paul", "access key of robot"}, "inactive access keys": {"access key of paul"},
		"active access keys older than 90 days": {"access key of robot"},
	} {
		page, err := s.Search(ctx, estate.Query{Text: text})
		require.NoError(t, err)
		assert.ElementsMatch(t, want, names(page.Hits), text)
	}

	counts, err := s.Upsert(ctx, []estate.Resource{key("robot", "Active", "2024-02-01T08:00:00Z", "2026-11-23")})
	require.NoError(t, err)
	require.Equal(t, estate.Counts{Unchanged: 1}, counts)
	settle(t, env)
	got, err := s.Get(ctx, estate.MadeARN("aws", "", "111122223333", "AWS::IAM::AccessKey", "robot|2024-02-01T08:00:00Z"))
	require.NoError(t, err)
	require.Equal(t, "2026-11-23", got.Attributes["LastUsedDate"], "it is kept all the same")
	changes, err := s.History(ctx, got.ARN, 10)
	require.NoError(t, err)
	require.Len(t, changes, 1, "it was found, and nothing happened since")
}
