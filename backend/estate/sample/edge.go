package sample

import (
	"fmt"
	"time"

	"cloudops/backend/estate"
)

func (g *generator) targetGroup(w *workload, n *network, port int) string {
	name := g.unique(w.place, "elasticloadbalancing", false, w.plain("tg", 28), func(s string) string { return "tg-name/" + s })
	return g.add(w.place, spec{
		kind: "AWS::ElasticLoadBalancingV2::TargetGroup", service: "elasticloadbalancing", resource: "targetgroup/" + name + "/" + g.hex(16), name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"TargetGroupName": name, "Protocol": "HTTP", "Port": num(port), "TargetType": pick(g, []string{"instance", "ip"}), "HealthCheckPath": pick(g, []string{"/", "/health", "/healthz", "/ping"}), "VpcId": n.vpcID,
		},
		related: []estate.Relation{to("vpc", n.vpc)},
	})
}

// loadBalancer comes with its listener and certificate.
func (g *generator) loadBalancer(w *workload, n *network, group, target string) string {
	name := w.plain(pick(g, []string{"alb", "lb", ""}), 28)
	suffix := g.hex(16)
	internal := g.chance(0.35)
	a := map[string]any{
		"LoadBalancerName": name, "Type": "application", "Scheme": "internet-facing", "State": "active", "VpcId": n.vpcID, "IpAddressType": "ipv4",
		"DNSName": fmt.Sprintf("%s-%d.%s.elb.amazonaws.com", name, g.between(100000000, 999999999), w.region), "CreatedTime": g.ago(1200),
	}
	where := n.public
	if internal {
		a["Scheme"], where = "internal", n.private
	}
	related := []estate.Relation{to("security-group", group), to("vpc", n.vpc)}
	for _, s := range where {
		related = append(related, to("subnet", s.arn))
	}
	lb := g.add(w.place, spec{
		kind: "AWS::ElasticLoadBalancingV2::LoadBalancer", service: "elasticloadbalancing", resource: "loadbalancer/app/" + name + "/" + suffix, name: name,
		tags: g.tags(w, name), attributes: a, related: related,
	})
	protocol, port, certificate := "HTTPS", 443, ""
	if g.chance(0.15) {
		protocol, port = "HTTP", 80
	} else {
		certificate = g.certificate(w, w.region)
	}
	g.add(w.place, spec{
		kind: "AWS::ElasticLoadBalancingV2::Listener", service: "elasticloadbalancing", resource: "listener/app/" + name + "/" + suffix + "/" + g.hex(16), name: fmt.Sprintf("%s:%d", name, port),
		attributes: map[string]any{"Protocol": protocol, "Port": num(port), "SslPolicy": pick(g, []string{"ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08"})},
		related:    []estate.Relation{to("load-balancer", lb), to("certificate", certificate), to("target-group", target)},
	})
	return lb
}

func (g *generator) host(w *workload) string {
	if w.env == "prod" {
		return w.service + "." + g.org.domain
	}
	return w.service + "." + w.team.spelling[w.env] + "." + g.org.domain
}

// certificate ends within a year or so; some end within a month, and imported ones are not renewed by themselves.
func (g *generator) certificate(w *workload, region string) string {
	p := place{w.account, region}
	left := g.between(31, 390)
	status, kind := "ISSUED", "AMAZON_ISSUED"
	switch n := g.rng.IntN(100); {
	case n < 6:
		left = g.between(1, 30)
	case n < 8:
		left, status = -g.between(1, 200), "EXPIRED"
	case n < 10:
		status = "PENDING_VALIDATION"
	}
	if g.chance(0.15) {
		kind = "IMPORTED"
	}
	host := g.host(w)
	return g.add(p, spec{
		kind: "AWS::CertificateManager::Certificate", service: "acm", resource: "certificate/" + g.uuid(), name: host, tags: g.tags(w, ""),
		attributes: map[string]any{
			"DomainName": host, "Status": status, "Type": kind, "NotAfter": g.stamp(time.Duration(left) * day), "NotBefore": g.stamp(time.Duration(left-395) * day),
			"InUse": g.chance(0.85), "KeyAlgorithm": "RSA-2048", "RenewalEligibility": pick(g, []string{"ELIGIBLE", "ELIGIBLE", "INELIGIBLE"}),
		},
	})
}

// website is a static site behind a CDN.
func (g *generator) website(w *workload) {
	bucket := g.bucket(w, "static")
	certificate := g.certificate(w, "us-east-1")
	acl := ""
	if g.chance(0.4) {
		name := w.plain("waf", 100)
		acl = g.add(place{w.account, "us-east-1"}, spec{
			kind: "AWS::WAFv2::WebACL", service: "wafv2", resource: "regional/webacl/" + name + "/" + g.uuid(), name: name, tags: g.tags(w, ""),
			attributes: map[string]any{"Name": name, "Scope": "REGIONAL", "DefaultAction": "ALLOW", "Capacity": num(g.between(50, 1400))},
		})
	}
	id := "E" + g.letters(13, upperAlnum)
	g.add(w.place, spec{
		kind: "AWS::CloudFront::Distribution", service: "cloudfront", resource: "distribution/" + id, name: g.host(w), global: true, tags: g.tags(w, w.name("cdn")),
		attributes: map[string]any{
			"Id": id, "DomainName": "d" + g.letters(13, lowerAlnum) + ".cloudfront.net", "Aliases": list(g.host(w)), "Enabled": g.chance(0.93), "Status": "Deployed",
			"PriceClass": pick(g, []string{"PriceClass_100", "PriceClass_All"}), "HttpVersion": "http2", "LastModifiedTime": g.ago(600),
			"ViewerProtocolPolicy": pick(g, []string{"redirect-to-https", "redirect-to-https", "allow-all"}),
		},
		related: []estate.Relation{to("origin", bucket), to("certificate", certificate), to("web-acl", acl)},
	})
	if g.chance(0.4) {
		zone := "Z" + g.letters(18, upperAlnum)
		g.add(w.place, spec{
			kind: "AWS::Route53::HostedZone", service: "route53", resource: "hostedzone/" + zone, name: g.host(w), global: true, bare: true, tags: g.tags(w, ""),
			attributes: map[string]any{"Id": zone, "Name": g.host(w) + ".", "PrivateZone": g.chance(0.3), "ResourceRecordSetCount": num(g.between(2, 80))},
		})
	}
}

func (g *generator) logGroup(w *workload, name string) string {
	name = g.unique(w.place, "logs", false, name, func(s string) string { return "log-group:" + s })
	a := map[string]any{"LogGroupName": name, "CreationTime": g.ago(1200), "StoredBytes": num(g.rng.IntN(2_000_000_000))}
	if g.chance(0.45) {
		a["RetentionInDays"] = num(pick(g, []int{7, 14, 30, 90, 365}))
	}
	return g.add(w.place, spec{kind: "AWS::Logs::LogGroup", service: "logs", resource: "log-group:" + name, name: name, tags: g.tags(w, ""), attributes: a})
}

func (g *generator) alarms(w *workload, count int) {
	for range count {
		metric := pick(g, []string{"CPUUtilization", "HTTPCode_Target_5XX_Count", "TargetResponseTime", "Errors", "FreeStorageSpace", "ApproximateAgeOfOldestMessage", "DatabaseConnections", "Throttles"})
		name := g.unique(w.place, "cloudwatch", false, w.name(metric), func(s string) string { return "alarm:" + s })
		g.add(w.place, spec{
			kind: "AWS::CloudWatch::Alarm", service: "cloudwatch", resource: "alarm:" + name, name: name, tags: g.tags(w, ""),
			attributes: map[string]any{
				"AlarmName": name, "MetricName": metric, "StateValue": pick(g, []string{"OK", "OK", "OK", "OK", "INSUFFICIENT_DATA", "ALARM"}), "ActionsEnabled": g.chance(0.85),
				"Threshold": num(g.between(1, 95)), "ComparisonOperator": "GreaterThanThreshold", "StateUpdatedTimestamp": g.ago(120),
			},
		})
	}
}
