package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"cloudops/backend/estate"
)

// Account is one that a scan reached.
type Account struct {
	ID      string
	ARN     string // who the credentials are
	Profile string // whose credentials; empty: the default chain
	RoleARN string // the role that was assumed; empty: none
	Regions []string
}

// account is an Account with what it takes to call it.
type account struct {
	Account
	partition string
	cfg       awssdk.Config
}

const (
	maxAttempts    = 7                // with maxBackoff, a minute of throttling is waited out
	requestTimeout = 30 * time.Second // of one attempt
	// signInTimeout bounds finding credentials and saying who they are: the default chain asks the network
	// about instance roles when there is nothing else.
	signInTimeout = 60 * time.Second
)

// maxBackoff is the longest wait between two attempts; tests shorten it.
var maxBackoff = 20 * time.Second

// load reads the credentials and settings of a profile; empty: the default chain.
func (s *Scanner) load(ctx context.Context, profile string) (awssdk.Config, error) {
	client := awshttp.NewBuildableClient().WithTimeout(requestTimeout).WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = s.opts.Concurrency * 2
	})
	opts := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithRetryer(newRetryer),
		config.WithLogger(logging.Nop{}), // what matters of its warnings comes back as an error
		config.WithAPIOptions([]func(*middleware.Stack) error{
			awsmiddleware.AddUserAgentKeyValue("cloudops", s.opts.Version), s.meter.watch, checkAnswers,
		}),
	}
	if profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(profile))
	}
	if s.opts.EndpointURL != "" {
		opts = append(opts, config.WithBaseEndpoint(s.opts.EndpointURL), config.WithAssumeRoleCredentialOptions(s.redirect))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return cfg, err
	}
	if cfg.Region == "" {
		cfg.Region = homeRegion("aws")
	}
	return cfg, nil
}

// redirect makes the roles that profiles name come from the scan's endpoint: the SDK makes their client before
// it knows of it.
func (s *Scanner) redirect(o *stscreds.AssumeRoleOptions) {
	if c, ok := o.Client.(*sts.Client); ok {
		o.Client = sts.New(c.Options(), func(o *sts.Options) { o.BaseEndpoint = &s.opts.EndpointURL })
	}
}

// newRetryer asks again after a growing, random wait; how many ask at once is the window's part.
func newRetryer() awssdk.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = maxBackoff
	})
}

// homeRegion is the region of a partition that every account has.
func homeRegion(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// assume is the config of a role that cfg's credentials may take on.
func assume(cfg awssdk.Config, roleARN string) awssdk.Config {
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), roleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "cloudops"
	})
	assumed := cfg.Copy()
	assumed.Credentials = awssdk.NewCredentialsCache(provider)
	return assumed
}

// signIn finds out whose account the credentials open.
func signIn(ctx context.Context, cfg awssdk.Config, profile, roleARN string) (*account, error) {
	ctx, cancel := context.WithTimeout(ctx, signInTimeout)
	defer cancel()
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, err
	}
	arn, err := estate.ParseARN(awssdk.ToString(who.Arn))
	if err != nil {
		return nil, fmt.Errorf("read the caller's identity: %w", err)
	}
	return &account{
		Account:   Account{ID: awssdk.ToString(who.Account), ARN: arn.String(), Profile: profile, RoleARN: roleARN},
		partition: arn.Partition, cfg: cfg,
	}, nil
}

// login is a profile, or a role that is assumed from it, and how it went.
type login struct {
	profile, roleARN string
	account          *account
	err              error
}

func (l login) place() place {
	p := place{profile: l.profile, account: "default credentials"}
	if l.profile != "" {
		p.account = "profile " + l.profile
	}
	if l.roleARN != "" {
		p.account = "role " + l.roleARN
	}
	return p
}

// accounts signs in everywhere at once and returns each account once, in the order of the options. What cannot be reached
// is a finding; if nothing can, it is the error.
func (s *Scanner) accounts(ctx context.Context) ([]*account, error) {
	profiles := s.opts.Profiles
	if len(profiles) == 0 {
		profiles = []string{""}
	}
	perProfile := make([][]login, len(profiles))
	var wg sync.WaitGroup
	for i, profile := range profiles {
		wg.Go(func() { perProfile[i] = s.logins(ctx, profile) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var all []login
	for _, ls := range perProfile {
		all = append(all, ls...)
	}
	return s.distinct(all)
}

func (s *Scanner) logins(ctx context.Context, profile string) []login {
	base := login{profile: profile}
	cfg, err := s.load(ctx, profile)
	if err != nil {
		base.err = err
		return []login{base}
	}
	if base.account, base.err = signIn(ctx, cfg, profile, ""); base.err != nil {
		return []login{base} // its roles would fail the same way
	}
	all := []login{base}
	for _, role := range s.opts.RoleARNs {
		l := login{profile: profile, roleARN: role}
		l.account, l.err = signIn(ctx, assume(cfg, role), profile, role)
		all = append(all, l)
	}
	return all
}

func (s *Scanner) distinct(all []login) ([]*account, error) {
	var accounts []*account
	seen, assumed := map[string]bool{}, map[string]bool{}
	for _, l := range all {
		if l.err != nil {
			continue
		}
		assumed[l.roleARN] = true
		if id := l.account.ID; !seen[id] {
			seen[id] = true
			accounts = append(accounts, l.account)
		}
	}
	for _, l := range all {
		// A role is reached when one of the profiles may assume it.
		if l.err != nil && (l.roleARN == "" || !assumed[l.roleARN]) {
			s.findings.add(l.err, l.place(), false)
		}
	}
	if len(accounts) > 0 {
		return accounts, nil
	}
	for _, l := range all {
		if l.err != nil {
			return nil, signInError(l)
		}
	}
	return nil, errors.New("sign in to AWS: no profile was named")
}

// signInError is why there is no account at all.
func signInError(l login) error {
	code := codeOf(l.err, false)
	if code == CodeOther {
		code = CodeCredentials
	}
	where := l.place().account
	return &Error{
		Finding: Finding{
			Code: code, Where: where, Hint: hint(code, l.profile, ""),
			Message: fmt.Sprintf("sign in to AWS with %s: %s", where, message(l.err)),
		},
		Err: l.err,
	}
}

// chooseRegions sets the account's regions: the wanted ones that are enabled, or all that are.
func (s *Scanner) chooseRegions(ctx context.Context, a *account) error {
	enabled, err := enabledRegions(ctx, a.cfg)
	p := place{account: a.ID, service: "ec2", region: a.cfg.Region, profile: a.Profile}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.findings.add(err, p, true)
		if a.Regions = s.opts.Regions; len(a.Regions) == 0 {
			a.Regions = []string{a.cfg.Region}
		}
		return nil
	}
	if len(s.opts.Regions) == 0 {
		a.Regions = enabled
		return nil
	}
	on := map[string]bool{}
	for _, r := range enabled {
		on[r] = true
	}
	for _, r := range s.opts.Regions {
		if on[r] {
			a.Regions = append(a.Regions, r)
			continue
		}
		s.findings.put(findingKey{CodeRegionOff, a.ID, "", "regions"}, place{account: a.ID, region: r}, Finding{
			Code: CodeRegionOff, Message: "the region is not enabled in this account, or does not exist", Hint: hint(CodeRegionOff, "", ""),
		})
	}
	return nil
}

// enabledRegions are those that the account has, in the order of their names.
func enabledRegions(ctx context.Context, cfg awssdk.Config) ([]string, error) {
	out, err := ec2.NewFromConfig(cfg).DescribeRegions(ctx, &ec2.DescribeRegionsInput{AllRegions: awssdk.Bool(false)})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range out.Regions {
		if awssdk.ToString(r.OptInStatus) != "not-opted-in" {
			names = append(names, awssdk.ToString(r.RegionName))
		}
	}
	return sorted(names), nil
}
