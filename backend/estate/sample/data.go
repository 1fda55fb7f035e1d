package sample

import (
	"fmt"
	"strings"

	"cloudops/backend/estate"
)

// database is RDS or Aurora with what belongs to it: a security group, a secret, backups.
func (g *generator) database(w *workload, n *network) {
	if n.subnetGroup == "" {
		name := g.unique(w.place, "rds", false, pick(g, []string{"private", "db-subnets", "main", w.account.name}), func(s string) string { return "subgrp:" + s })
		related := []estate.Relation{to("vpc", n.vpc)}
		for _, s := range n.private {
			related = append(related, to("subnet", s.arn))
		}
		n.subnetGroup = g.add(w.place, spec{
			kind: "AWS::RDS::DBSubnetGroup", service: "rds", resource: "subgrp:" + name, name: name,
			attributes: map[string]any{"DBSubnetGroupName": name, "VpcId": n.vpcID, "SubnetGroupStatus": "Complete"}, related: related,
		})
	}
	secret := g.secret(w, "db")
	if g.chance(0.3) {
		g.aurora(w, n, secret)
		return
	}
	engine := pick(g, engineNames)
	version := pick(g, engineVersions[engine])
	public := g.chance(map[string]float64{"prod": 0.03, "staging": 0.05}[w.env] + 0.03)
	source := fmt.Sprintf("10.%d.0.0/16", n.octet)
	if public {
		source = pick(g, []string{anywhere, "203.0.113.0/24"})
	}
	group := g.group(w, n, w.name("db"), []rule{{enginePorts[engine], source}})
	d := dbSpec{
		name: w.plain("db", 55), engine: engine, version: version, class: pick(g, databaseClasses), public: public, encrypted: g.chance(0.55 + w.team.care*0.45),
		related: []estate.Relation{to("security-group", group), to("secret", secret), to("subnet-group", n.subnetGroup), to("vpc", n.vpc)},
	}
	if d.encrypted {
		d.key = g.key(w, "rds")
	}
	main := g.dbInstance(w, d)
	if w.env == "prod" && g.chance(0.3) {
		d.name += "-replica"
		d.related = append(d.related, to("replica-of", main))
		g.dbInstance(w, d)
	}
	g.dbSnapshots(w, main, d.encrypted)
}

type dbSpec struct {
	name, engine, version, class, key, cluster string
	public, encrypted                          bool
	related                                    []estate.Relation
}

func (g *generator) dbInstance(w *workload, d dbSpec) string {
	name := g.unique(w.place, "rds", false, d.name, func(s string) string { return "db:" + s })
	prod := w.env == "prod"
	a := map[string]any{
		"DBInstanceIdentifier": name, "Engine": d.engine, "EngineVersion": d.version, "DBInstanceClass": d.class, "PubliclyAccessible": d.public, "StorageEncrypted": d.encrypted,
		"MultiAZ": prod && g.chance(0.7), "AllocatedStorage": num(pick(g, []int{20, 50, 100, 200, 500, 1000, 2000})), "StorageType": pick(g, []string{"gp3", "gp2", "io1"}),
		"BackupRetentionPeriod": num(pick(g, []int{0, 1, 7, 7, 14, 35})), "DBInstanceStatus": pick(g, []string{"available", "available", "available", "available", "available", "available", "stopped"}),
		"DeletionProtection": g.chance(map[bool]float64{true: 0.7, false: 0.15}[prod]), "AutoMinorVersionUpgrade": g.chance(0.7), "InstanceCreateTime": g.ago(1500),
		"Endpoint":                         map[string]any{"Address": name + "." + g.letters(12, lowerAlnum) + "." + w.region + ".rds.amazonaws.com", "Port": num(enginePorts[d.engine])},
		"IAMDatabaseAuthenticationEnabled": g.chance(0.15), "PerformanceInsightsEnabled": g.chance(0.4),
	}
	related := d.related
	if d.cluster != "" {
		a["DBClusterIdentifier"] = d.cluster[strings.LastIndex(d.cluster, ":")+1:]
		related = append([]estate.Relation{to("cluster", d.cluster)}, related...)
	}
	if d.key != "" {
		a["KmsKeyId"] = d.key
		related = append(related[:len(related):len(related)], to("kms-key", d.key))
	}
	return g.add(w.place, spec{kind: "AWS::RDS::DBInstance", service: "rds", resource: "db:" + name, name: name, tags: g.tags(w, ""), attributes: a, related: related})
}

func (g *generator) dbSnapshots(w *workload, database string, encrypted bool) {
	if database == "" {
		return
	}
	db := database[strings.LastIndex(database, ":")+1:]
	for range g.between(0, 4) {
		age := g.ago(500)
		name, kind := "rds:"+db+"-"+age[:10]+"-"+fmt.Sprintf("%02d-%02d", g.between(0, 5), g.between(0, 59)), "automated"
		if g.chance(0.35) {
			name, kind = db+pick(g, []string{"-before-upgrade", "-final", "-manual", "-pre-migration", "-copy"}), "manual"
		}
		name = g.unique(w.place, "rds", false, name, func(s string) string { return "snapshot:" + s })
		g.add(w.place, spec{
			kind: "AWS::RDS::DBSnapshot", service: "rds", resource: "snapshot:" + name, name: name, tags: g.tags(w, ""),
			attributes: map[string]any{
				"DBSnapshotIdentifier": name, "DBInstanceIdentifier": db, "SnapshotType": kind, "Status": "available", "SnapshotCreateTime": age, "Encrypted": encrypted,
			},
			related: []estate.Relation{to("snapshot-of", database)},
		})
	}
}

func (g *generator) aurora(w *workload, n *network, secret string) {
	engine := pick(g, []string{"aurora-postgresql", "aurora-postgresql", "aurora-mysql"})
	version := pick(g, engineVersions[engine])
	group := g.group(w, n, w.name("aurora"), []rule{{enginePorts[engine], fmt.Sprintf("10.%d.0.0/16", n.octet)}})
	key := g.key(w, "rds")
	encrypted := g.chance(0.9)
	name := g.unique(w.place, "rds", false, w.plain("cluster", 55), func(s string) string { return "cluster:" + s })
	cluster := g.add(w.place, spec{
		kind: "AWS::RDS::DBCluster", service: "rds", resource: "cluster:" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"DBClusterIdentifier": name, "Engine": engine, "EngineVersion": version, "Status": "available", "StorageEncrypted": encrypted, "MultiAZ": w.env == "prod",
			"EngineMode": "provisioned", "DeletionProtection": w.env == "prod" && g.chance(0.8), "BackupRetentionPeriod": num(pick(g, []int{1, 7, 14, 35})), "ClusterCreateTime": g.ago(1300),
			"Endpoint": name + ".cluster-" + g.letters(12, lowerAlnum) + "." + w.region + ".rds.amazonaws.com",
		},
		related: []estate.Relation{to("security-group", group), to("secret", secret), to("kms-key", key), to("subnet-group", n.subnetGroup)},
	})
	members := 1
	if w.env == "prod" {
		members = g.between(2, 3)
	}
	class := pick(g, []string{"db.r6g.large", "db.r5.xlarge", "db.t4g.medium", "db.serverless"})
	for range members {
		g.dbInstance(w, dbSpec{
			name: name, engine: engine, version: version, class: class, encrypted: encrypted, cluster: cluster,
			related: []estate.Relation{to("security-group", group), to("subnet-group", n.subnetGroup), to("vpc", n.vpc)},
		})
	}
}

// secret is seldom rotated.
func (g *generator) secret(w *workload, what string) string {
	env := w.team.spelling[w.env]
	name := pick(g, []string{env + "/" + w.service + "/" + what, w.service + "-" + env + "-" + what, "/" + w.team.name + "/" + w.service + "/" + what})
	rotated := g.chance(0.35)
	a := map[string]any{"Name": name, "RotationEnabled": rotated, "CreatedDate": g.ago(1300), "LastChangedDate": g.ago(900), "LastAccessedDate": g.ago(200)}
	if rotated {
		a["RotationRules"] = map[string]any{"AutomaticallyAfterDays": num(pick(g, []int{30, 60, 90}))}
	}
	return g.add(w.place, spec{
		kind: "AWS::SecretsManager::Secret", service: "secretsmanager", resource: "secret:" + name + "-" + g.letters(6, mixedAlnum), name: name, tags: g.tags(w, ""), attributes: a,
	})
}

func (g *generator) cache(w *workload, n *network) string {
	name := g.unique(w.place, "elasticache", false, w.plain("redis", 38), func(s string) string { return "replicationgroup:" + s })
	group := g.group(w, n, w.name("redis"), []rule{{6379, fmt.Sprintf("10.%d.0.0/16", n.octet)}})
	return g.add(w.place, spec{
		kind: "AWS::ElastiCache::ReplicationGroup", service: "elasticache", resource: "replicationgroup:" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"ReplicationGroupId": name, "Engine": pick(g, []string{"redis", "redis", "valkey"}), "EngineVersion": pick(g, []string{"7.1", "7.0", "6.2", "5.0.6"}), "CacheNodeType": pick(g, []string{"cache.t3.micro", "cache.t4g.small", "cache.m6g.large", "cache.r6g.xlarge"}),
			"Status": "available", "AtRestEncryptionEnabled": g.chance(0.6), "TransitEncryptionEnabled": g.chance(0.5), "AutomaticFailover": pick(g, []string{"enabled", "disabled"}),
		},
		related: []estate.Relation{to("security-group", group)},
	})
}

// bucket belongs to the whole world by name.
func (g *generator) bucket(w *workload, what string) string {
	name := strings.ToLower(strings.ReplaceAll(pick(g, []string{
		g.org.company + "-" + w.plain(what, 40), w.plain(what, 45) + "-" + w.account.id, g.org.company + "-" + w.team.spelling[w.env] + "-" + w.service + "-" + what, w.plain(what, 50) + "-" + w.region,
	}), "_", "-"))
	name = g.unique(w.place, "s3", true, cut(name, 58), func(s string) string { return s })
	block := g.chance(0.7 + w.team.care*0.25)
	a := map[string]any{
		"BucketArn": "arn:aws:s3:::" + name, "BucketRegion": w.region, "CreationDate": g.ago(2500), "PublicAccessBlock": block, "Public": !block && g.chance(0.25),
		"Versioning": pick(g, []string{"Enabled", "Enabled", "Disabled", "Disabled", "Suspended"}), "Encryption": pick(g, []string{"AES256", "AES256", "AES256", "aws:kms"}),
	}
	if block {
		a["PublicAccessBlockConfiguration"] = map[string]any{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}
	}
	related := []estate.Relation{}
	if a["Encryption"] == "aws:kms" {
		if key := g.key(w, "s3"); key != "" {
			a["KMSMasterKeyID"] = key
			related = append(related, to("kms-key", key))
		}
	}
	return g.add(w.place, spec{kind: "AWS::S3::Bucket", service: "s3", resource: name, name: name, global: true, bare: true, tags: g.tags(w, ""), attributes: a, related: related})
}

func (g *generator) table(w *workload, what string) string {
	name := g.unique(w.place, "dynamodb", false, cut(pick(g, []string{w.name(what), title(w.service) + title(what), what + "-" + w.team.spelling[w.env]}), 200), func(s string) string { return "table/" + s })
	mode := pick(g, []string{"PAY_PER_REQUEST", "PAY_PER_REQUEST", "PROVISIONED"})
	a := map[string]any{
		"TableName": name, "TableStatus": "ACTIVE", "BillingMode": mode, "PointInTimeRecovery": g.chance(0.45), "DeletionProtectionEnabled": w.env == "prod" && g.chance(0.4),
		"CreationDateTime": g.ago(1500), "KeySchema": list(map[string]any{"AttributeName": "pk", "KeyType": "HASH"}),
	}
	if mode == "PROVISIONED" {
		a["ProvisionedThroughput"] = map[string]any{"ReadCapacityUnits": num(pick(g, []int{1, 5, 50, 500})), "WriteCapacityUnits": num(pick(g, []int{1, 5, 50, 200}))}
	}
	return g.add(w.place, spec{kind: "AWS::DynamoDB::Table", service: "dynamodb", resource: "table/" + name, name: name, tags: g.tags(w, ""), attributes: a})
}

// standalone is a database that several services share.
func (g *generator) standalone(w *workload) {
	n := g.network(w)
	g.database(w, n)
	g.alarms(w, g.between(1, 3))
}

// files is shared storage with its backups.
func (g *generator) files(w *workload) {
	n := g.network(w)
	group := g.group(w, n, w.name("efs"), []rule{{2049, fmt.Sprintf("10.%d.0.0/16", n.octet)}})
	id := "fs-0" + g.hex(16)
	g.add(w.place, spec{
		kind: "AWS::EFS::FileSystem", service: "elasticfilesystem", resource: "file-system/" + id, name: w.name("efs"), tags: g.tags(w, w.name("efs")),
		attributes: map[string]any{"FileSystemId": id, "Encrypted": g.chance(0.7), "LifeCycleState": "available", "ThroughputMode": pick(g, []string{"bursting", "elastic"}), "PerformanceMode": "generalPurpose", "CreationTime": g.ago(1500)},
		related:    []estate.Relation{to("security-group", group), to("subnet", n.private[0].arn)},
	})
	vault := g.unique(w.place, "backup", false, w.plain("vault", 45), func(s string) string { return "backup-vault:" + s })
	g.add(w.place, spec{
		kind: "AWS::Backup::BackupVault", service: "backup", resource: "backup-vault:" + vault, name: vault, tags: g.tags(w, ""),
		attributes: map[string]any{"BackupVaultName": vault, "NumberOfRecoveryPoints": num(g.between(0, 400)), "Locked": g.chance(0.2), "CreationDate": g.ago(1000)},
	})
}

// searchDomain is OpenSearch.
func (g *generator) searchDomain(w *workload) {
	n := g.network(w)
	group := g.group(w, n, w.name("es"), []rule{{443, fmt.Sprintf("10.%d.0.0/16", n.octet)}})
	name := g.unique(w.place, "es", false, w.plain("es", 26), func(s string) string { return "domain/" + s })
	g.add(w.place, spec{
		kind: "AWS::OpenSearchService::Domain", service: "es", resource: "domain/" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"DomainName": name, "EngineVersion": pick(g, []string{"OpenSearch_2.15", "OpenSearch_2.11", "OpenSearch_1.3", "Elasticsearch_7.10", "Elasticsearch_6.8"}), "EncryptionAtRestEnabled": g.chance(0.7),
			"NodeToNodeEncryptionEnabled": g.chance(0.6), "EnforceHTTPS": g.chance(0.8), "ClusterConfig": map[string]any{"InstanceType": pick(g, []string{"t3.small.search", "m6g.large.search", "r6g.xlarge.search"}), "InstanceCount": num(g.between(1, 6))},
		},
		related: []estate.Relation{to("security-group", group), to("vpc", n.vpc)},
	})
	g.alarms(w, 1)
}
