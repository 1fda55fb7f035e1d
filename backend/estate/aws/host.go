package aws

import (
	"context"
	"regexp"
	"strings"
	"sync"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"cloudops/backend/estate"
)

// hosts finds the resources behind host names that AWS gave them. It asks the service that gave the name, so that the answer
// does not depend on what else a scan reads.
type hosts struct {
	Target
	mu    sync.Mutex
	known map[string]string // host to ARN; empty: none of this account's
}

func newHosts(t Target) *hosts { return &hosts{Target: t, known: map[string]string{}} }

var (
	// NAME-HASH.REGION.elb.amazonaws.com, and for network load balancers NAME-HASH.elb.REGION.amazonaws.com.
	balancerHost = regexp.MustCompile(`^(?:dualstack\.)?(?:internal-)?(.+)-[0-9a-f]+\.(?:elb\.([a-z0-9-]+)|([a-z0-9-]+)\.elb)\.amazonaws\.com(?:\.cn)?\.?$`)
	websiteHost  = regexp.MustCompile(`^s3-website[.-]([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\.?$`)
	gatewayHost  = regexp.MustCompile(`^d-[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\.?$`)
)

// balancer is the load balancer that has the host; empty where none of the account's has.
func (h *hosts) balancer(ctx context.Context, host string) (string, error) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	m := balancerHost.FindStringSubmatch(host)
	if m == nil {
		return "", nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if arn, ok := h.known[host]; ok {
		return arn, nil
	}
	out, err := elb.NewFromConfig(h.Config, func(o *elb.Options) { o.Region = m[2] + m[3] }).
		DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{m[1]}})
	if err != nil && !deleted(err) {
		return "", err
	}
	h.known[host] = ""
	if err == nil {
		for _, b := range out.LoadBalancers {
			if strings.HasSuffix(host, strings.ToLower(str(b.DNSName))) {
				h.known[host] = str(b.LoadBalancerArn)
			}
		}
	}
	return h.known[host], nil
}

// alias is what a DNS record of AWS's own kind leads to, but for distributions: a load balancer, a bucket's web site, a gateway's
// domain. Empty where it is none of the account's.
func (h *hosts) alias(ctx context.Context, record, host string) (string, error) {
	record = strings.TrimSuffix(record, ".")
	if websiteHost.MatchString(host) {
		return bucketARN(h.Partition, record), nil
	}
	if m := gatewayHost.FindStringSubmatch(host); m != nil {
		return estate.ARN{Partition: h.Partition, Service: "apigateway", Region: m[1], Resource: "/domainnames/" + record}.String(), nil
	}
	return h.balancer(ctx, host)
}

// s3Address is s3://BUCKET/KEY.
var s3Address = regexp.MustCompile(`^s3a?n?://([^/]+)`)
