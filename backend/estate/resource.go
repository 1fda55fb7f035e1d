// Package estate keeps the inventory of AWS resources: what is there, how it is
// found, how it changed and how it hangs together.
package estate

// Resource is one AWS resource as a collector or an import saw it.
type Resource struct {
	ARN       string            `json:"arn"`  // canonical, see CanonicalARN
	Type      string            `json:"type"` // CloudFormation type name, AWS::EC2::Instance
	Name      string            `json:"name"`
	Region    string            `json:"region"` // "global" for global services
	AccountID string            `json:"account_id"`
	Tags      map[string]string `json:"tags"`
	// Attributes are what the describe call answered, in its own names (InstanceType, PubliclyAccessible …),
	// nested as JSON. Secrets, parameter values and environment variables are never in it.
	Attributes map[string]any `json:"attributes"`
	// Related are outgoing relations to other resources' ARNs.
	Related []Relation `json:"related,omitempty"`
	// Partial: only ARN, type, name and tags are known, from a listing that tells no more (the tagging API). Attributes
	// and relations that an earlier sight brought are still the best there is.
	Partial bool `json:"partial,omitempty"`
	// Unseen is what a scan asked for and was not told; nil: it was told all. That is as it was before.
	Unseen *Unseen `json:"-"`
}

// Unseen is what one sight of a resource could not see, as a call that only adds detail was denied or went wrong. What is unseen keeps its last known value, and no change is
// recorded for it.
type Unseen struct {
	Tags       bool     // and the name, where a tag gave it
	Name       bool     // where something else gave it
	Region     bool     // where it is
	Attributes []string // names
	Relations  []string // kinds
	// Rest: every other attribute and relation that is not there, but for the attributes in Told.
	Rest bool
	Told map[string]bool // attributes that are known to be empty where they are not there
}

// Relation points from a resource to another.
type Relation struct {
	Kind   string `json:"kind"`   // "subnet", "vpc", "security-group", "attached-to", "role" …
	Target string `json:"target"` // canonical ARN
}

// Cell is the unit of a scan: what one (account, region, service) answered, or did not.
type Cell struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Service   string `json:"service"` // "ec2", "rds", "s3", "lambda", "dynamodb", "tagging" …
}
