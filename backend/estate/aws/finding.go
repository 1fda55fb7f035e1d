package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The codes of findings.
const (
	CodeCredentials = "credentials"   // there are none, or they are not valid
	CodeExpired     = "expired"       // they were valid
	CodeDenied      = "denied"        // they are valid and do not allow the call
	CodeRegionOff   = "region_off"    // the region is not enabled in the account
	CodeThrottled   = "throttled"     // the service did not answer for too many calls
	CodeNetwork     = "network"       // the service was not reached
	CodeNotOn       = "not_turned_on" // the account does not use what the scan was asked to read by
	CodeOther       = "other"
)

// Finding is something that a scan could not do while the rest went on.
type Finding struct {
	Code    string
	Where   string // "444455556666 eu-west-1 rds", "profile dev", …
	Message string
	Hint    string // what to do about it
}

// Error is a Finding that ends a scan: no account could be reached.
type Error struct {
	Finding
	Err error
}

func (e *Error) Error() string { return e.Message }

// Unwrap is the SDK's error.
func (e *Error) Unwrap() error { return e.Err }

var (
	expiredCodes = []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
	deniedCodes  = []string{
		"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException",
		"NotAuthorized", "UnauthorizedException", "AccessForbidden", "AllAccessDisabled",
	}
	invalidCodes = []string{
		"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthFailure",
		"InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidToken",
	}
	regionCodes = []string{"OptInRequired", "RegionDisabledException", "InvalidRegion"}
)

// codeOf sorts an error. verified: the credentials were accepted elsewhere, so that a service which does not know them is
// one of a region that does not know the account.
func codeOf(err error, verified bool) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		if code := apiCode(err, api.ErrorCode(), verified); code != "" {
			return code
		}
	}
	return localCode(err)
}

func apiCode(err error, code string, verified bool) string {
	switch {
	case slices.Contains(expiredCodes, code):
		return CodeExpired
	case slices.Contains(regionCodes, code), verified && slices.Contains(invalidCodes, code):
		return CodeRegionOff
	case slices.Contains(invalidCodes, code):
		return CodeCredentials
	case slices.Contains(deniedCodes, code):
		return CodeDenied
	}
	if _, ok := retry.DefaultThrottleErrorCodes[code]; ok {
		return CodeThrottled
	}
	switch status(err) {
	case http.StatusForbidden, http.StatusUnauthorized:
		return CodeDenied
	case http.StatusTooManyRequests:
		return CodeThrottled
	}
	return ""
}

// localCode sorts what happened before a service answered.
func localCode(err error) string {
	var noToken *ssocreds.InvalidTokenError
	var noProfile config.SharedConfigProfileNotExistError
	var noRole config.AssumeRoleTokenProviderNotSetError
	var netErr net.Error
	text := err.Error()
	switch {
	case errors.As(err, &noToken), strings.Contains(text, "refresh cached SSO token"), strings.Contains(text, "SSO session has expired"):
		return CodeExpired
	case strings.Contains(text, "ec2imds"): // asked for want of any other credentials
		return CodeCredentials
	case errors.As(err, &netErr), isSendError(err):
		return CodeNetwork
	case errors.As(err, &noProfile), errors.As(err, &noRole), strings.Contains(text, "get credentials"),
		strings.Contains(text, "refresh cached credentials"):
		return CodeCredentials
	}
	return CodeOther
}

func isSendError(err error) bool {
	var send *smithyhttp.RequestSendError
	return errors.As(err, &send)
}

// status is the HTTP status of the answer, 0 where there was none.
func status(err error) int {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// isFatal: the next call to the same place will fail as well.
func isFatal(err error) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	switch codeOf(err, true) {
	case CodeExpired, CodeCredentials, CodeRegionOff, CodeNetwork, CodeThrottled: // a throttled call was tried for a minute
		return true
	}
	return false
}

// detailError is that of a call that only adds to a resource: what it would have told stays as it was last seen.
type detailError struct{ error }

func (e detailError) Unwrap() error { return e.error }

// keptHint is added to what can be done about such an error.
const keptHint = "What this call tells stays as it was last seen."

// lesser takes an error of a call that only adds detail. What will be the same next time (denied, not offered) is
// noted, and nil is returned; what may pass is returned, so that the resource is left as it was seen before.
func (t Target) lesser(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	err = detailError{err}
	if ctx.Err() != nil || isFatal(err) || status(err) < 400 || status(err) >= 500 && status(err) != http.StatusNotImplemented {
		return err
	}
	t.Note(err)
	return nil
}

// operation is the call that an error is from, as an IAM action ("rds:DescribeDBInstances"); empty where there is none.
// It is the innermost: a call may fail for the role that it needs first.
func operation(err error) string {
	action := ""
	var op *smithy.OperationError
	for errors.As(err, &op) {
		action, err = actionOf(op.ServiceID, op.OperationName), op.Err
	}
	return action
}

// message is what the service said, without the SDK's wrapping.
func message(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return strings.ToValidUTF8(err.Error(), "\uFFFD")
	}
	text := api.ErrorMessage()
	if i := strings.Index(text, "Encoded authorization failure message"); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSpace(strings.ToValidUTF8(fmt.Sprintf("%s: %s", api.ErrorCode(), text), "\uFFFD"))
}

// hint says what to do about a finding.
func hint(code, profile, action string) string {
	switch code {
	case CodeCredentials:
		return "Set up credentials with `aws configure sso" + profileFlag(profile) + "` or `aws configure" + profileFlag(profile) +
			"`, or choose another profile."
	case CodeExpired:
		return "Sign in again: `aws sso login" + profileFlag(profile) + "`; other temporary credentials must be fetched anew."
	case CodeDenied:
		if action == "" {
			return "Ask for the permissions in docs/iam-policy.json."
		}
		return "Allow " + action + "; docs/iam-policy.json lists every permission that a scan uses."
	case CodeRegionOff:
		return "Enable the region in the account, or leave it out of the scan."
	case CodeThrottled:
		return "Scan again later, or with fewer regions at once."
	case CodeNotOn:
		return "Turn Resource Explorer on in these regions, with a view that has no filter and includes tags, or scan without it."
	case CodeNetwork:
		return "Check the network, the proxy and the endpoint, then scan again."
	}
	return ""
}

func profileFlag(profile string) string {
	if profile == "" {
		return ""
	}
	return " --profile " + profile
}

// findings gathers what went wrong. The same trouble in several regions is one finding.
type findings struct {
	mu  sync.Mutex
	all map[findingKey]*gathered
}

type findingKey struct{ code, account, service, what string }

type gathered struct {
	Finding
	regions map[string]bool
}

// add sorts err, which may join several, and records each part. where is for what belongs to no cell.
func (f *findings) add(err error, p place, verified bool) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			f.add(e, p, verified)
		}
		return
	}
	code, action := codeOf(err, verified), operation(err)
	text := message(err)
	key := findingKey{code, p.account, p.service, action}
	if action == "" {
		key.what = text
	}
	advice := hint(code, p.profile, action)
	if detail := (detailError{}); errors.As(err, &detail) {
		advice = strings.TrimSpace(advice + " " + keptHint)
	}
	f.put(key, p, Finding{Code: code, Message: text, Hint: advice})
}

func (f *findings) put(key findingKey, p place, finding Finding) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[findingKey]*gathered{}
	}
	g, ok := f.all[key]
	if !ok {
		g = &gathered{Finding: finding, regions: map[string]bool{}}
		f.all[key] = g
	}
	if p.region != "" {
		g.regions[p.region] = true
	}
}

// place is where a finding is from.
type place struct{ account, region, service, profile string }

// list is sorted by place and code.
func (f *findings) list() []Finding {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Finding
	for key, g := range f.all {
		var where []string
		if key.account != "" {
			where = append(where, key.account)
		}
		var regions []string
		for r := range g.regions {
			regions = append(regions, r)
		}
		sort.Strings(regions)
		if len(regions) > 0 {
			where = append(where, strings.Join(regions, ","))
		}
		if key.service != "" {
			where = append(where, key.service)
		}
		g.Where = strings.Join(where, " ")
		out = append(out, g.Finding)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		return a.Where+"\x00"+a.Code+"\x00"+a.Message < b.Where+"\x00"+b.Code+"\x00"+b.Message
	})
	return out
}

// errNotHere: the account or the region has no such service, so that nothing can be said of it.
var errNotHere = errors.New("the service is not offered here")

func codeIsDenied(err error) bool { return err != nil && codeOf(err, true) == CodeDenied }

// absent: all that went wrong is that the service is not offered.
func absent(ctx context.Context, t Target, err error) bool {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			if !absent(ctx, t, e) {
				return false
			}
		}
		return true
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return regionAnswers(ctx, t)
	}
	return errors.Is(err, errNotHere) || unknownOperation(err)
}

// unknownOperation: something answered that knows no such service.
func unknownOperation(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains([]string{"UnknownOperationException", "UnknownOperation"}, api.ErrorCode())
}

// regionAnswers tells a service that the region does not offer from a network that is down: every region has EC2.
func regionAnswers(ctx context.Context, t Target) bool {
	host := "ec2." + t.Config.Region + ".amazonaws.com"
	if t.Partition == "aws-cn" {
		host += ".cn"
	}
	_, err := net.DefaultResolver.LookupHost(ctx, host)
	return err == nil
}
