package sample

import (
	"fmt"
	"strings"

	"cloudops/backend/estate"
)

// machine describes an instance that is to be made.
type machine struct {
	name, kind  string // kind is the instance type
	group, role string
	image       string
	public      bool
	tags        map[string]string
	dataDisks   int
	platform    string
	state       string
}

// instance makes an instance with its disks; it returns its ARN and its zone.
func (g *generator) instance(w *workload, n *network, m machine) (arn, zone string) {
	id, ip := g.id("i"), n.privateIP()
	where := pick(g, n.private)
	if m.public {
		where = pick(g, n.public)
	}
	if m.state == "" {
		m.state = pick(g, []string{"running", "running", "running", "running", "running", "running", "running", "running", "running", "stopped"})
	}
	a := map[string]any{
		"InstanceId": id, "InstanceType": m.kind, "State": m.state, "PrivateIpAddress": ip, "VpcId": n.vpcID, "SubnetId": where.id,
		"PrivateDnsName": "ip-" + strings.ReplaceAll(ip, ".", "-") + "." + w.region + ".compute.internal", "LaunchTime": g.ago(900), "ImageId": g.id("ami"),
		"Placement": map[string]any{"AvailabilityZone": where.zone, "Tenancy": "default"}, "Architecture": "x86_64", "PlatformDetails": "Linux/UNIX",
		"MetadataOptions": map[string]any{"HttpTokens": pick(g, []string{"required", "required", "optional"}), "HttpEndpoint": "enabled"},
		"Monitoring":      map[string]any{"State": pick(g, []string{"disabled", "enabled"})}, "EbsOptimized": g.chance(0.6),
	}
	if strings.Contains(m.kind, "g.") {
		a["Architecture"] = "arm64"
	}
	if m.platform != "" {
		a["Platform"], a["PlatformDetails"] = "windows", m.platform
	}
	if m.public {
		a["PublicIpAddress"] = g.publicIP()
	}
	if i := strings.LastIndex(m.image, "/"); i > 0 {
		a["ImageId"] = m.image[i+1:]
	}
	arn = g.add(w.place, spec{
		kind: "AWS::EC2::Instance", service: "ec2", resource: "instance/" + id, name: or(m.name, id), tags: m.tags, attributes: a,
		related: []estate.Relation{to("vpc", n.vpc), to("subnet", where.arn), to("security-group", or(m.group, n.defaultGroup)), to("image", m.image), to("role", m.role)},
	})
	g.volume(w, disk{name: m.name, size: pick(g, []int{8, 8, 20, 30, 50, 100}), zone: where.zone, owner: arn, device: "/dev/xvda", tags: g.inherit(m.tags, "")})
	for d := range m.dataDisks {
		name := m.name + "-data"
		v := g.volume(w, disk{
			name: name, size: pick(g, []int{50, 100, 200, 500, 1000, 2000}), zone: where.zone, owner: arn, device: fmt.Sprintf("/dev/sd%c", 'f'+d), tags: g.inherit(m.tags, name),
		})
		g.snapshots(w, v, name, g.between(0, 3))
	}
	return arn, where.zone
}

// inherit are a machine's tags as its disks have them: often not at all.
func (g *generator) inherit(tags map[string]string, name string) map[string]string {
	t := map[string]string{}
	if len(tags) == 0 || g.chance(0.45) {
		return t
	}
	for k, v := range tags {
		t[k] = v
	}
	if name != "" {
		t["Name"] = name
	}
	return t
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

type disk struct {
	name, zone, owner, device string
	size                      int
	tags                      map[string]string
}

func (g *generator) volume(w *workload, d disk) string {
	id := g.id("vol")
	encrypted := g.chance(0.5 + w.team.care/2)
	a := map[string]any{
		"VolumeId": id, "Size": num(d.size), "VolumeType": pick(g, []string{"gp3", "gp3", "gp3", "gp2", "gp2", "io1", "st1", "standard"}), "Encrypted": encrypted,
		"AvailabilityZone": d.zone, "CreateTime": g.ago(1200), "State": "available", "Attached": d.owner != "", "Iops": num(3000), "MultiAttachEnabled": false,
	}
	related := []estate.Relation{to("attached-to", d.owner)}
	if d.owner != "" {
		a["State"] = "in-use"
		a["Attachments"] = list(map[string]any{
			"Device": d.device, "State": "attached", "InstanceId": d.owner[strings.LastIndex(d.owner, "/")+1:], "DeleteOnTermination": d.device == "/dev/xvda",
		})
	}
	if encrypted && g.chance(0.5) {
		key := g.key(w, "ebs")
		if key != "" {
			a["KmsKeyId"] = key
		}
		related = append(related, to("kms-key", key))
	}
	name := id
	if d.tags["Name"] != "" {
		name = d.tags["Name"]
	}
	return g.add(w.place, spec{kind: "AWS::EC2::Volume", service: "ec2", resource: "volume/" + id, name: name, tags: d.tags, attributes: a, related: related})
}

func (g *generator) snapshots(w *workload, volume, name string, count int) {
	for range count {
		if volume == "" {
			return
		}
		id := g.id("snap")
		g.add(w.place, spec{
			kind: "AWS::EC2::Snapshot", service: "ec2", resource: "snapshot/" + id, name: id, tags: g.tags(w, ""),
			attributes: map[string]any{
				"SnapshotId": id, "VolumeId": volume[strings.LastIndex(volume, "/")+1:], "State": "completed", "StartTime": g.ago(700), "VolumeSize": num(pick(g, []int{50, 100, 200, 500})),
				"Encrypted": g.chance(0.7), "OwnerId": w.account.id,
				"Description": pick(g, []string{"Created by DLM policy", "before upgrade of " + name, "backup " + name, "manual", "do not delete", "migration"}),
			},
			related: []estate.Relation{to("volume", volume)},
		})
	}
}

func (g *generator) image(w *workload) string {
	if !g.chance(0.3) {
		return ""
	}
	id := g.id("ami")
	name := fmt.Sprintf("%s-%d", w.plain("ami", 90), g.between(1, 400))
	return g.add(w.place, spec{
		kind: "AWS::EC2::Image", service: "ec2", resource: "image/" + id, name: name, tags: g.tags(w, name),
		attributes: map[string]any{"ImageId": id, "Name": name, "State": "available", "CreationDate": g.ago(800), "Public": g.chance(0.02), "OwnerId": w.account.id, "RootDeviceType": "ebs", "Architecture": "x86_64"},
	})
}

// servers is a service on instances: an Auto Scaling group behind a load balancer, and usually a database.
func (g *generator) servers(w *workload) {
	n := g.network(w)
	port := pick(g, []int{80, 8080, 3000, 9000})
	front := g.group(w, n, w.name("alb"), []rule{{443, anywhere}, {80, anywhere}})
	group := g.serverGroup(w, n, port)
	role := g.role(w, "instance", "ec2.amazonaws.com")
	image := g.image(w)
	name := w.name("")
	template := "lt-0" + g.hex(16)
	launch := g.add(w.place, spec{
		kind: "AWS::EC2::LaunchTemplate", service: "ec2", resource: "launch-template/" + template, name: name, tags: g.tags(w, name),
		attributes: map[string]any{"LaunchTemplateId": template, "LaunchTemplateName": name, "LatestVersionNumber": num(g.between(1, 60)), "CreateTime": g.ago(900)},
		related:    []estate.Relation{to("image", image), to("security-group", group)},
	})
	target := g.targetGroup(w, n, port)
	g.loadBalancer(w, n, front, target)
	count := g.between(1, 3)
	if w.env == "prod" {
		count = g.between(2, 6)
	}
	kind := pick(g, instanceTypes)
	asg := g.unique(w.place, "autoscaling", false, name, func(s string) string { return s })
	g.add(w.place, spec{
		kind: "AWS::AutoScaling::AutoScalingGroup", service: "autoscaling", resource: "autoScalingGroup:" + g.uuid() + ":autoScalingGroupName/" + asg, name: asg, tags: g.tags(w, asg),
		attributes: map[string]any{
			"AutoScalingGroupName": asg, "MinSize": num(1), "MaxSize": num(count * 2), "DesiredCapacity": num(count), "HealthCheckType": pick(g, []string{"ELB", "EC2"}), "CreatedTime": g.ago(900),
		},
		related: []estate.Relation{to("launch-template", launch), to("target-group", target)},
	})
	for range count {
		g.instance(w, n, machine{name: name, kind: kind, group: group, role: role, image: image, tags: g.tags(w, name), state: "running"})
	}
	g.logGroup(w, "/app/"+w.plain("", 80))
	g.alarms(w, g.between(0, 3))
	if g.chance(0.6) {
		g.database(w, n)
	}
	if g.chance(0.3) {
		g.cache(w, n)
	}
}

// legacy is what was moved as it stood: machines with capital names, made by hand.
func (g *generator) legacy(w *workload) {
	n := g.network(w)
	use := pick(g, legacyUses)
	group := g.group(w, n, pick(g, []string{"launch-wizard-", "sg-legacy-", "RDP-access-"})+fmt.Sprint(g.between(1, 60)), []rule{
		{pick(g, []int{3389, 22, 445, 1433}), pick(g, []string{anywhere, "10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8"})},
	})
	letter := strings.ToUpper(w.env[:1])
	if g.chance(0.5) {
		id := g.id("key")
		g.add(w.place, spec{
			kind: "AWS::EC2::KeyPair", service: "ec2", resource: "key-pair/" + id, name: strings.ToLower(use) + "-key",
			attributes: map[string]any{"KeyPairId": id, "KeyName": strings.ToLower(use) + "-key", "KeyType": "rsa", "CreateTime": g.ago(2500)},
		})
	}
	for range g.between(1, 3) {
		name := fmt.Sprintf("%s%s%02d", use, letter, g.between(1, 40))
		m := machine{name: name, kind: pick(g, instanceTypes), group: group, public: g.chance(0.15), dataDisks: g.between(0, 2)}
		if g.chance(0.6) {
			m.platform = pick(g, []string{"Windows", "Windows with SQL Server Standard", "Windows"})
		}
		m.tags = map[string]string{"Name": name}
		if g.chance(0.3) {
			m.tags["Contact"] = w.owner
		}
		if g.chance(0.2) {
			m.tags["Backup"] = pick(g, []string{"daily", "yes", "no", "weekly"})
		}
		arn, _ := g.instance(w, n, m)
		if m.public {
			g.address(w, "", arn)
		}
	}
	if g.chance(0.3) {
		g.address(w, "", "")
	}
}

// scratch is what somebody tried and left.
func (g *generator) scratch(w *workload) {
	n := g.network(w)
	w.tagged = pick(g, []tagging{never, barely, barely})
	person, _, _ := strings.Cut(w.owner, "@")
	who := strings.ReplaceAll(person, ".", "-")
	name := pick(g, []string{who + "-test", "test", "tmp", who + "-dev-box", "demo", "test123", "jumpbox", "poc-" + w.service, "delete-me", who})
	g.instance(w, n, machine{
		name: name, kind: pick(g, []string{"t3.micro", "t2.micro", "t3.large", "m5.xlarge", "g4dn.xlarge"}), public: g.chance(0.5), tags: g.tags(w, name),
		state: pick(g, []string{"running", "stopped", "stopped"}),
	})
	for range g.between(0, 3) {
		g.volume(w, disk{size: pick(g, []int{8, 30, 100, 500}), zone: pick(g, n.zones), tags: map[string]string{}})
	}
	if g.chance(0.5) {
		g.bucket(w, who+"-"+pick(g, bucketUses))
	}
	if g.chance(0.5) {
		g.function(w, pick(g, []string{"hello-world", "test-function", who + "-lambda", "myFunction"}), "")
	}
}
