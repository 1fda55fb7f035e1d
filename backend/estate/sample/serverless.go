package sample

import (
	"fmt"

	"cloudops/backend/estate"
)

func (g *generator) function(w *workload, name, role string) string {
	if role == "" {
		role = g.role(w, "lambda", "lambda.amazonaws.com")
	}
	name = g.unique(w.place, "lambda", false, cut(name, 60), func(s string) string { return "function:" + s })
	logs := g.logGroup(w, "/aws/lambda/"+name)
	related := []estate.Relation{to("role", role), to("log-group", logs)}
	a := map[string]any{
		"FunctionName": name, "Runtime": pick(g, runtimes), "Handler": pick(g, []string{"index.handler", "app.lambda_handler", "main", "handler.handle"}), "MemorySize": num(pick(g, []int{128, 256, 512, 1024, 3008})),
		"Timeout": num(pick(g, []int{3, 10, 30, 60, 300, 900})), "CodeSize": num(g.between(900, 40_000_000)), "LastModified": g.ago(1400), "PackageType": "Zip",
		"Architectures": list(pick(g, []string{"x86_64", "x86_64", "arm64"})), "Role": role, "TracingConfig": map[string]any{"Mode": pick(g, []string{"PassThrough", "Active"})},
		"Description": pick(g, []string{"", "for " + w.service, "see the wiki", "owned by " + w.team.name}),
	}
	if a["Description"] == "" {
		delete(a, "Description")
	}
	if g.chance(0.25) {
		n := g.network(w)
		s := pick(g, n.private)
		related = append(related, to("vpc", n.vpc), to("subnet", s.arn), to("security-group", n.defaultGroup))
		a["VpcConfig"] = map[string]any{"VpcId": n.vpcID, "SubnetIds": list(s.id)}
	}
	return g.add(w.place, spec{kind: "AWS::Lambda::Function", service: "lambda", resource: "function:" + name, name: name, tags: g.tags(w, ""), attributes: a, related: related})
}

func (g *generator) functionName(w *workload) string {
	verb, noun := pick(g, functionVerbs), pick(g, functionNouns)
	return pick(g, []string{w.name(verb + "-" + noun), title(w.service) + title(verb) + title(noun), verb + "_" + noun + "_" + w.team.spelling[w.env]})
}

// queue comes with its dead-letter queue, mostly.
func (g *generator) queue(w *workload, what string) string {
	related := []estate.Relation{}
	if g.chance(0.6) {
		related = append(related, to("dead-letter", g.oneQueue(w, what+"-dlq", nil)))
	}
	return g.oneQueue(w, what, related)
}

func (g *generator) oneQueue(w *workload, what string, related []estate.Relation) string {
	name := g.unique(w.place, "sqs", false, cut(w.name(what), 72), func(s string) string { return s })
	return g.add(w.place, spec{
		kind: "AWS::SQS::Queue", service: "sqs", resource: name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"QueueName": name, "VisibilityTimeout": num(pick(g, []int{30, 60, 300, 900})), "MessageRetentionPeriod": num(pick(g, []int{345600, 1209600})), "FifoQueue": false, "SqsManagedSseEnabled": g.chance(0.7), "CreatedTimestamp": g.ago(1200),
		},
		related: related,
	})
}

func (g *generator) topic(w *workload, what string) string {
	name := g.unique(w.place, "sns", false, cut(w.name(what), 100), func(s string) string { return s })
	return g.add(w.place, spec{
		kind: "AWS::SNS::Topic", service: "sns", resource: name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{"DisplayName": what, "SubscriptionsConfirmed": num(g.between(0, 9)), "SubscriptionsPending": num(g.between(0, 1)), "Encrypted": g.chance(0.4)},
	})
}

// api is a serverless one: gateway, functions, tables, queues.
func (g *generator) api(w *workload) {
	var users string
	if g.chance(0.25) {
		id := w.region + "_" + g.letters(9, mixedAlnum)
		users = g.add(w.place, spec{
			kind: "AWS::Cognito::UserPool", service: "cognito-idp", resource: "userpool/" + id, name: w.name("users"), tags: g.tags(w, ""),
			attributes: map[string]any{"Id": id, "Name": w.name("users"), "MfaConfiguration": pick(g, []string{"OFF", "OPTIONAL", "ON"}), "EstimatedNumberOfUsers": num(g.between(3, 90000)), "CreationDate": g.ago(1000)},
		})
	}
	role := g.role(w, "lambda", "lambda.amazonaws.com")
	var functions []string
	for range g.between(2, 6) {
		functions = append(functions, g.function(w, g.functionName(w), role))
	}
	related := []estate.Relation{to("authorizer", users)}
	for _, f := range functions[:2] {
		related = append(related, to("integration", f))
	}
	id, name := g.letters(10, lowerAlnum), w.name("api")
	if g.chance(0.6) {
		g.add(w.place, spec{
			kind: "AWS::ApiGateway::RestApi", service: "apigateway", resource: "/restapis/" + id, name: name, bare: true, tags: g.tags(w, ""),
			attributes: map[string]any{"Id": id, "Name": name, "EndpointConfiguration": pick(g, []string{"REGIONAL", "EDGE", "PRIVATE"}), "CreatedDate": g.ago(1200), "ApiKeySource": "HEADER"}, related: related,
		})
	} else {
		g.add(w.place, spec{
			kind: "AWS::ApiGatewayV2::Api", service: "apigateway", resource: "/apis/" + id, name: name, bare: true, tags: g.tags(w, ""),
			attributes: map[string]any{"ApiId": id, "Name": name, "ProtocolType": pick(g, []string{"HTTP", "HTTP", "WEBSOCKET"}), "CreatedDate": g.ago(900)}, related: related,
		})
	}
	for range g.between(1, 3) {
		g.table(w, pick(g, tableUses))
	}
	if g.chance(0.6) {
		g.queue(w, pick(g, queueUses))
	}
	if g.chance(0.3) {
		machine := g.unique(w.place, "states", false, cut(w.name("flow"), 75), func(s string) string { return "stateMachine:" + s })
		g.add(w.place, spec{
			kind: "AWS::StepFunctions::StateMachine", service: "states", resource: "stateMachine:" + machine, name: machine, tags: g.tags(w, ""),
			attributes: map[string]any{"Name": machine, "Type": pick(g, []string{"STANDARD", "EXPRESS"}), "Status": "ACTIVE", "CreationDate": g.ago(900)},
			related:    []estate.Relation{to("role", role), to("invokes", functions[0])},
		})
	}
	g.parameters(w, g.between(0, 4))
	g.alarms(w, g.between(0, 2))
}

func (g *generator) parameters(w *workload, count int) {
	for range count {
		name := g.unique(w.place, "ssm", false, w.team.spelling[w.env]+"/"+w.service+"/"+pick(g, []string{"url", "log-level", "api-key", "db-host", "feature-x", "timeout", "bucket"}), func(s string) string { return "parameter/" + s })
		g.add(w.place, spec{
			kind: "AWS::SSM::Parameter", service: "ssm", resource: "parameter/" + name, name: "/" + name, tags: g.tags(w, ""),
			attributes: map[string]any{"Name": "/" + name, "Type": pick(g, []string{"String", "SecureString", "StringList"}), "Tier": "Standard", "Version": num(g.between(1, 12)), "LastModifiedDate": g.ago(1000)},
		})
	}
}

// messaging is topics, queues, schedules and their consumers.
func (g *generator) messaging(w *workload) {
	topic := g.topic(w, pick(g, []string{"events", "alerts", "updates", "changes"}))
	for range g.between(1, 3) {
		g.queue(w, pick(g, queueUses))
	}
	f := g.function(w, g.functionName(w), "")
	rule := g.unique(w.place, "events", false, cut(w.name(pick(g, []string{"nightly", "hourly", "on-change", "cron"})), 60), func(s string) string { return "rule/" + s })
	g.add(w.place, spec{
		kind: "AWS::Events::Rule", service: "events", resource: "rule/" + rule, name: rule, tags: g.tags(w, ""),
		attributes: map[string]any{"Name": rule, "State": pick(g, []string{"ENABLED", "ENABLED", "DISABLED"}), "ScheduleExpression": pick(g, []string{"rate(1 hour)", "cron(0 3 * * ? *)", "rate(5 minutes)"}), "EventBusName": "default"},
		related:    []estate.Relation{to("target", f), to("target", topic)},
	})
}

// pipeline moves data: streams, jobs, a lake.
func (g *generator) pipeline(w *workload) {
	raw := g.bucket(w, "raw")
	stream := g.unique(w.place, "kinesis", false, cut(w.name("stream"), 100), func(s string) string { return "stream/" + s })
	source := g.add(w.place, spec{
		kind: "AWS::Kinesis::Stream", service: "kinesis", resource: "stream/" + stream, name: stream, tags: g.tags(w, ""),
		attributes: map[string]any{
			"StreamName": stream, "StreamStatus": "ACTIVE", "OpenShardCount": num(g.between(1, 24)), "RetentionPeriodHours": num(pick(g, []int{24, 24, 168})), "EncryptionType": pick(g, []string{"KMS", "NONE"}),
			"StreamModeDetails": map[string]any{"StreamMode": pick(g, []string{"ON_DEMAND", "PROVISIONED"})},
		},
	})
	role := g.role(w, "glue", "glue.amazonaws.com")
	hose := g.unique(w.place, "firehose", false, cut(w.name("to-s3"), 60), func(s string) string { return "deliverystream/" + s })
	g.add(w.place, spec{
		kind: "AWS::KinesisFirehose::DeliveryStream", service: "firehose", resource: "deliverystream/" + hose, name: hose, tags: g.tags(w, ""),
		attributes: map[string]any{"DeliveryStreamName": hose, "DeliveryStreamStatus": "ACTIVE", "DeliveryStreamType": "KinesisStreamAsSource", "CreateTimestamp": g.ago(900)},
		related:    []estate.Relation{to("source", source), to("destination", raw), to("role", role)},
	})
	db := g.unique(w.place, "glue", false, cut(w.plain("", 40), 40), func(s string) string { return "database/" + s })
	g.add(w.place, spec{
		kind: "AWS::Glue::Database", service: "glue", resource: "database/" + db, name: db, attributes: map[string]any{"Name": db, "CreateTime": g.ago(1200)}, related: []estate.Relation{to("location", raw)},
	})
	for range g.between(1, 4) {
		job := g.unique(w.place, "glue", false, cut(w.name(pick(g, functionVerbs)+"-"+pick(g, functionNouns)), 80), func(s string) string { return "job/" + s })
		g.add(w.place, spec{
			kind: "AWS::Glue::Job", service: "glue", resource: "job/" + job, name: job, tags: g.tags(w, ""),
			attributes: map[string]any{"Name": job, "GlueVersion": pick(g, []string{"4.0", "3.0", "2.0", "0.9"}), "WorkerType": pick(g, []string{"G.1X", "G.2X"}), "NumberOfWorkers": num(g.between(2, 40)), "CreatedOn": g.ago(1000)},
			related:    []estate.Relation{to("role", role), to("output", raw)},
		})
	}
	if g.chance(0.3) {
		group := g.unique(w.place, "athena", false, w.plain("wg", 60), func(s string) string { return "workgroup/" + s })
		g.add(w.place, spec{
			kind: "AWS::Athena::WorkGroup", service: "athena", resource: "workgroup/" + group, name: group, tags: g.tags(w, ""),
			attributes: map[string]any{"Name": group, "State": "ENABLED", "EnforceWorkGroupConfiguration": g.chance(0.5)}, related: []estate.Relation{to("output", raw)},
		})
	}
	if g.chance(0.2) {
		g.warehouse(w)
	}
	if g.chance(0.12) {
		g.kafka(w)
	}
}

func (g *generator) warehouse(w *workload) {
	n := g.network(w)
	group := g.group(w, n, w.name("redshift"), []rule{{5439, pick(g, []string{fmt.Sprintf("10.%d.0.0/16", n.octet), anywhere})}})
	name := g.unique(w.place, "redshift", false, w.plain("dwh", 60), func(s string) string { return "cluster:" + s })
	g.add(w.place, spec{
		kind: "AWS::Redshift::Cluster", service: "redshift", resource: "cluster:" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"ClusterIdentifier": name, "NodeType": pick(g, []string{"ra3.xlplus", "ra3.4xlarge", "dc2.large"}), "NumberOfNodes": num(g.between(1, 8)), "ClusterStatus": pick(g, []string{"available", "available", "paused"}), "Encrypted": g.chance(0.8),
			"PubliclyAccessible": g.chance(0.12), "ClusterVersion": "1.0", "ClusterCreateTime": g.ago(1500), "DBName": "dwh",
		},
		related: []estate.Relation{to("security-group", group), to("vpc", n.vpc)},
	})
}

func (g *generator) kafka(w *workload) {
	n := g.network(w)
	group := g.group(w, n, w.name("kafka"), []rule{{9094, fmt.Sprintf("10.%d.0.0/16", n.octet)}})
	name := w.plain("kafka", 60)
	g.add(w.place, spec{
		kind: "AWS::MSK::Cluster", service: "kafka", resource: "cluster/" + name + "/" + g.uuid() + "-" + fmt.Sprint(g.between(1, 20)), name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"ClusterName": name, "State": "ACTIVE", "ClusterType": "PROVISIONED", "NumberOfBrokerNodes": num(len(n.private) * g.between(1, 3)), "KafkaVersion": pick(g, []string{"3.6.0", "2.8.1", "2.2.1"}),
			"EncryptionInTransit": pick(g, []string{"TLS", "TLS_PLAINTEXT", "PLAINTEXT"}), "CreationTime": g.ago(1000),
		},
		related: []estate.Relation{to("security-group", group), to("subnet", n.private[0].arn)},
	})
}
