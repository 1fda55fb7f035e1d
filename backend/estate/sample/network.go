package sample

import (
	"fmt"

	"cloudops/backend/estate"
)

// network is a VPC that workloads of an account and region share.
type network struct {
	octet           int
	vpcID, vpc      string
	zones           []string
	public, private []subnet
	subnetGroup     string // of RDS
	defaultGroup    string // security group
	next            int    // the next address
}

type subnet struct{ id, arn, zone string }

// network is the one of the workload's account and region, made when it is first needed.
func (g *generator) network(w *workload) *network {
	if n, ok := w.account.networks[w.region]; ok {
		return n
	}
	n := &network{octet: g.between(1, 250), zones: []string{w.region + "a", w.region + "b", w.region + "c"}[:g.between(2, 3)]}
	w.account.networks[w.region] = n
	tags := map[string]string{"Name": pick(g, []string{"main", "vpc", "core-vpc", w.account.name, w.account.name + "-" + w.region, "primary"}), "ManagedBy": "terraform"}
	n.vpcID = g.id("vpc")
	cidr := fmt.Sprintf("10.%d.0.0/16", n.octet)
	n.vpc = g.add(w.place, spec{
		kind: "AWS::EC2::VPC", service: "ec2", resource: "vpc/" + n.vpcID, name: tags["Name"], tags: tags,
		attributes: map[string]any{"VpcId": n.vpcID, "CidrBlock": cidr, "State": "available", "IsDefault": false, "InstanceTenancy": "default", "OwnerId": w.account.id},
	})
	igw := g.id("igw")
	gateway := g.add(w.place, spec{
		kind: "AWS::EC2::InternetGateway", service: "ec2", resource: "internet-gateway/" + igw, name: tags["Name"] + "-igw", tags: map[string]string{"Name": tags["Name"] + "-igw"},
		attributes: map[string]any{"InternetGatewayId": igw, "Attached": true}, related: []estate.Relation{to("vpc", n.vpc)},
	})
	for i, zone := range n.zones {
		n.public = append(n.public, g.subnet(w, n, fmt.Sprintf("public-%s", zone[len(zone)-1:]), zone, i, true))
		n.private = append(n.private, g.subnet(w, n, fmt.Sprintf("private-%s", zone[len(zone)-1:]), zone, i+10, false))
	}
	g.routes(w, n, gateway)
	n.defaultGroup = g.group(w, n, "default", nil)
	return n
}

func (g *generator) subnet(w *workload, n *network, name, zone string, third int, public bool) subnet {
	id := g.id("subnet")
	arn := g.add(w.place, spec{
		kind: "AWS::EC2::Subnet", service: "ec2", resource: "subnet/" + id, name: name, tags: map[string]string{"Name": name},
		attributes: map[string]any{
			"SubnetId": id, "VpcId": n.vpcID, "CidrBlock": fmt.Sprintf("10.%d.%d.0/24", n.octet, third), "AvailabilityZone": zone, "MapPublicIpOnLaunch": public, "State": "available",
		},
		related: []estate.Relation{to("vpc", n.vpc)},
	})
	return subnet{id, arn, zone}
}

func (g *generator) routes(w *workload, n *network, gateway string) {
	eip := g.address(w, "nat", "")
	id := "nat-0" + g.hex(16)
	nat := g.add(w.place, spec{
		kind: "AWS::EC2::NatGateway", service: "ec2", resource: "natgateway/" + id, name: "nat", tags: map[string]string{"Name": "nat"},
		attributes: map[string]any{"NatGatewayId": id, "State": "available", "ConnectivityType": "public", "CreateTime": g.ago(1500), "VpcId": n.vpcID, "SubnetId": n.public[0].id},
		related:    []estate.Relation{to("address", eip), to("subnet", n.public[0].arn), to("vpc", n.vpc)},
	})
	for _, t := range []struct {
		name    string
		route   string
		subnets []subnet
	}{{"public", gateway, n.public}, {"private", nat, n.private}} {
		table := g.id("rtb")
		related := []estate.Relation{to("route", t.route)}
		for _, s := range t.subnets {
			related = append(related, to("subnet", s.arn))
		}
		g.add(w.place, spec{
			kind: "AWS::EC2::RouteTable", service: "ec2", resource: "route-table/" + table, name: t.name, tags: map[string]string{"Name": t.name},
			attributes: map[string]any{"RouteTableId": table, "VpcId": n.vpcID}, related: append(related, to("vpc", n.vpc)),
		})
	}
	if g.chance(0.5) {
		for _, service := range []string{"s3", "dynamodb"} {
			ep := g.id("vpce")
			g.add(w.place, spec{
				kind: "AWS::EC2::VPCEndpoint", service: "ec2", resource: "vpc-endpoint/" + ep, name: service + "-endpoint", tags: map[string]string{"Name": service + "-endpoint"},
				attributes: map[string]any{"VpcEndpointId": ep, "VpcEndpointType": "Gateway", "ServiceName": "com.amazonaws." + w.region + "." + service, "State": "available"},
				related:    []estate.Relation{to("vpc", n.vpc)},
			})
		}
	}
}

// address is an elastic IP; instance is empty where nothing holds it.
func (g *generator) address(w *workload, name, instance string) string {
	id := g.id("eipalloc")
	ip := g.publicIP()
	tags := map[string]string{}
	if name != "" {
		tags["Name"] = name
	} else {
		name = ip
	}
	return g.add(w.place, spec{
		kind: "AWS::EC2::EIP", service: "ec2", resource: "elastic-ip/" + id, name: name, tags: tags,
		attributes: map[string]any{"AllocationId": id, "PublicIp": ip, "Domain": "vpc", "Attached": instance != "" || name == "nat"},
		related:    []estate.Relation{to("attached-to", instance)},
	})
}

// publicIP is from the blocks that are kept for documentation, so that it is nobody's.
func (g *generator) publicIP() string {
	return fmt.Sprintf("%s.%d", pick(g, []string{"192.0.2", "198.51.100", "203.0.113"}), g.between(1, 254))
}

func (n *network) privateIP() string {
	n.next++
	return fmt.Sprintf("10.%d.%d.%d", n.octet, 10+n.next/250%len(n.zones), 4+n.next%250)
}

// rule lets a source in; port 0 means all.
type rule struct {
	port   int
	source string
}

// anywhere is every address.
const anywhere = "0.0.0.0/0"

// group is a security group.
func (g *generator) group(w *workload, n *network, name string, rules []rule) string {
	id := g.id("sg")
	var permissions, ports []any
	open := false
	for _, r := range rules {
		p := map[string]any{"IpProtocol": "tcp", "FromPort": num(r.port), "ToPort": num(r.port), "IpRanges": list(map[string]any{"CidrIp": r.source})}
		port := fmt.Sprintf("%d/tcp", r.port)
		if r.port == 0 {
			p, port = map[string]any{"IpProtocol": "-1", "IpRanges": list(map[string]any{"CidrIp": r.source})}, "all"
		}
		permissions = append(permissions, p)
		if r.source == anywhere {
			open = true
			ports = append(ports, port)
		}
	}
	attributes := map[string]any{"GroupId": id, "GroupName": name, "Description": pick(g, []string{name, "managed", "access for " + w.service, "launch-wizard created"}), "VpcId": n.vpcID, "IngressFromAnywhere": open}
	if len(permissions) > 0 {
		attributes["IpPermissions"] = permissions
	}
	if open {
		attributes["PortsFromAnywhere"] = ports
	}
	var tags map[string]string
	if name != "default" {
		tags = g.tags(w, name)
	}
	return g.add(w.place, spec{
		kind: "AWS::EC2::SecurityGroup", service: "ec2", resource: "security-group/" + id, name: name, tags: tags, attributes: attributes,
		related: []estate.Relation{to("vpc", n.vpc)},
	})
}

// serverGroup is for machines; every now and then it is open where it should not be.
func (g *generator) serverGroup(w *workload, n *network, port int) string {
	inside := fmt.Sprintf("10.%d.0.0/16", n.octet)
	rules := []rule{{port, inside}}
	switch {
	case g.chance(0.05):
		rules = append(rules, rule{22, anywhere})
	case g.chance(0.015):
		rules = append(rules, rule{3389, anywhere})
	case g.chance(0.008):
		rules = append(rules, rule{0, anywhere})
	case g.chance(0.3):
		rules = append(rules, rule{22, inside})
	}
	return g.group(w, n, w.name("sg"), rules)
}
