package estate

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrARN: the text is not an ARN.
var ErrARN = errors.New("not an ARN")

// GlobalRegion is the region of resources that belong to no region.
const GlobalRegion = "global"

// maxARN is the longest ARN that any AWS API takes, in bytes.
const maxARN = 2048

// ARN is an Amazon resource name in its parts: arn:Partition:Service:Region:AccountID:Resource.
type ARN struct {
	Partition string // aws, aws-cn, aws-us-gov …
	Service   string
	Region    string // empty for most global services
	AccountID string // empty for a few types, see types.txt
	Resource  string // may hold slashes and colons
}

// String joins the parts.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.AccountID + ":" + a.Resource
}

// ParseARN splits an ARN without changing it. ErrARN says what is wrong with it.
func ParseARN(arn string) (ARN, error) {
	if len(arn) > maxARN {
		return ARN{}, fmt.Errorf("%w: longer than %d bytes", ErrARN, maxARN)
	}
	if !utf8.ValidString(arn) || strings.ContainsFunc(arn, unicode.IsControl) {
		return ARN{}, fmt.Errorf("%w: it holds bytes that are no text", ErrARN)
	}
	p := strings.SplitN(arn, ":", 6)
	if len(p) != 6 || p[0] != "arn" {
		return ARN{}, fmt.Errorf("%w: %q does not read arn:partition:service:region:account:resource", ErrARN, arn)
	}
	a := ARN{Partition: p[1], Service: p[2], Region: p[3], AccountID: p[4], Resource: p[5]}
	if a.Partition == "" || a.Service == "" || a.Resource == "" {
		return ARN{}, fmt.Errorf("%w: %q lacks its partition, service or resource", ErrARN, arn)
	}
	for _, part := range p[1:5] {
		if strings.ContainsFunc(part, func(r rune) bool { return !isPlain(r) }) {
			return ARN{}, fmt.Errorf("%w: %q has %q where a name is due", ErrARN, arn, part)
		}
	}
	return a, nil
}

func isPlain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.'
}

// CanonicalARN returns the one spelling of an ARN that resources are known by. AWS's own APIs spell some of
// them in two ways:
//   - white space around it is dropped; prefix, partition, service and region are lower case;
//   - a log group's ARN ends at its name, without ":*";
//   - a Lambda function's has no ":$LATEST";
//   - account and region are left out where types.txt says so (buckets, API Gateway).
//
// Own images and snapshots keep the account, as the tagging API and AWS Config spell them; without an account they
// are somebody else's.
//
// Whatever has no ARN of its own gets one by MadeARN. ErrARN otherwise.
func CanonicalARN(arn string) (string, error) {
	arn = strings.TrimSpace(arn)
	if len(arn) >= 4 && strings.EqualFold(arn[:4], "arn:") {
		arn = "arn:" + arn[4:]
	}
	a, err := ParseARN(arn)
	if err != nil {
		return "", err
	}
	a.Partition, a.Service, a.Region = strings.ToLower(a.Partition), strings.ToLower(a.Service), strings.ToLower(a.Region)
	switch {
	case a.Service == "logs" && strings.HasPrefix(a.Resource, "log-group:"):
		a.Resource = trimEnd(a.Resource, ":*")
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "function:"):
		a.Resource = trimEnd(a.Resource, ":$LATEST")
	}
	if p, _ := match(a); p != nil {
		if p.noAccount {
			a.AccountID = ""
		}
		if p.noRegion {
			a.Region = ""
		}
	}
	return a.String(), nil
}

// trimEnd drops an ending however often it is there, so that what is canonical stays so.
func trimEnd(s, ending string) string {
	for strings.HasSuffix(s, ending) {
		s = strings.TrimSpace(strings.TrimSuffix(s, ending))
	}
	return s
}

// madePrefix begins the resource part of an ARN that this package made.
const madePrefix = "cloudformation/"

// MadeARN is the rule for what has no ARN, such as a DNS record set: the ARN of its account and region, with
// the resource part "cloudformation/TYPE/IDENTIFIER". AWS makes no such ARN outside its cloudformation service,
// and there none whose type holds "::". Region is empty for what is global; identifier is the primary identifier that
// CloudFormation documents for the type, parts joined by "|".
func MadeARN(partition, region, accountID, cfnType, identifier string) string {
	return ARN{
		Partition: partition, Service: ServiceOf(cfnType), Region: region, AccountID: accountID,
		Resource: madePrefix + cfnType + "/" + identifier,
	}.String()
}

// madeType is the type and the identifier in the resource part of a made ARN.
func madeType(resource string) (cfnType, identifier string, ok bool) {
	rest, ok := strings.CutPrefix(resource, madePrefix)
	if !ok {
		return "", "", false
	}
	cfnType, identifier, ok = strings.Cut(rest, "/")
	return cfnType, identifier, ok && strings.Contains(cfnType, "::")
}

// TypeOf is the CloudFormation type that an ARN names. Where the table does not know it, ok is false and
// the type is a guess by the service and the first word of the resource part (AWS::Proton::Environment), or empty for
// what is no ARN.
func TypeOf(arn string) (cfnType string, ok bool) {
	a, err := ParseARN(arn)
	if err != nil {
		return "", false
	}
	if t, _, ok := madeType(a.Resource); ok {
		return t, true
	}
	if p, _ := match(a); p != nil {
		return p.cfnType, true
	}
	return guessType(a), false
}

// NameOf is the part of an ARN that people call the resource by: the bucket's name, the role's without its path,
// the load balancer's without its random end. Empty for what is no ARN.
func NameOf(arn string) string {
	a, err := ParseARN(arn)
	if err != nil {
		return ""
	}
	if _, id, ok := madeType(a.Resource); ok {
		return id
	}
	if p, name := match(a); p != nil && name != "" {
		return name
	}
	return a.Resource[strings.LastIndexAny(a.Resource, "/:")+1:]
}

// RegionOf is the region that an ARN names, or GlobalRegion. A bucket's ARN names none: whoever knows its region sets it.
func RegionOf(arn string) string {
	a, err := ParseARN(arn)
	if err != nil {
		return ""
	}
	if p, _ := match(a); a.Region == "" || p != nil && p.global {
		return GlobalRegion
	}
	return a.Region
}
