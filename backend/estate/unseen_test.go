package estate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsUnseenStays(t *testing.T) {
	was := Resource{
		Name: "orders", Region: "eu-west-1", Tags: map[string]string{"Name": "orders", "env": "prod"}, Attributes: map[string]any{"Encryption": "aws:kms", "Versioning": "Enabled", "Empty": "once"},
		Related: []Relation{{"kms-key", "k"}, {"notifies", "q"}},
	}
	for name, test := range map[string]struct {
		unseen Unseen
		want   Resource
	}{
		"nothing": {Unseen{}, Resource{Name: "b-1", Region: "global", Tags: map[string]string{}, Attributes: map[string]any{"Versioning": "Disabled"}}},
		"named": {Unseen{Attributes: []string{"Encryption", "Versioning"}, Relations: []string{"notifies"}}, Resource{
			Name: "b-1", Region: "global", Tags: map[string]string{}, Attributes: map[string]any{"Encryption": "aws:kms", "Versioning": "Disabled"}, Related: []Relation{{"notifies", "q"}},
		}},
		"tags": {Unseen{Tags: true, Region: true}, Resource{
			Name: "orders", Region: "eu-west-1", Tags: was.Tags, Attributes: map[string]any{"Versioning": "Disabled"},
		}},
		"rest": {Unseen{Rest: true, Told: map[string]bool{"Empty": true}}, Resource{
			Name: "b-1", Region: "global", Tags: map[string]string{}, Attributes: map[string]any{"Encryption": "aws:kms", "Versioning": "Disabled"}, Related: was.Related,
		}},
	} {
		is := Resource{Name: "b-1", Region: "global", Tags: map[string]string{}, Attributes: map[string]any{"Versioning": "Disabled"}, Related: []Relation{}, Unseen: &test.unseen}
		keepUnknown(&is, &was)
		is.Unseen = nil
		if len(is.Related) == 0 {
			is.Related = nil
		}
		require.Equal(t, test.want, is, name)
	}
}
