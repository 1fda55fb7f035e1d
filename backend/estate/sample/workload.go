package sample

import (
	"fmt"
	"strings"

	"cloudops/backend/estate"
)

// kinds of workload and how common they are among the accounts that run such things.
var kinds = []struct {
	weight int
	make   func(*generator, *workload)
}{
	{14, (*generator).servers},
	{20, (*generator).containers},
	{20, (*generator).api},
	{10, (*generator).messaging},
	{8, (*generator).pipeline},
	{6, (*generator).website},
	{5, (*generator).kubernetes},
	{8, (*generator).legacy},
	{6, (*generator).standalone},
	{6, (*generator).delivery},
	{2, (*generator).learning},
	{3, (*generator).files},
	{2, (*generator).searchDomain},
	{4, (*generator).scratch},
	{2, (*generator).person},
}

func (g *generator) workload(a *account) {
	w := g.draw(a)
	switch {
	case strings.HasSuffix(a.name, "-security"):
		g.audit(w)
		return
	case strings.HasSuffix(a.name, "-sandbox") && g.chance(0.5):
		g.scratch(w)
		return
	case strings.HasSuffix(a.name, "-legacy") && g.chance(0.6):
		g.legacy(w)
		return
	case strings.Contains(a.name, "-data-") && g.chance(0.5):
		g.pipeline(w)
		return
	}
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	n := g.rng.IntN(total)
	for _, k := range kinds {
		if n -= k.weight; n < 0 {
			k.make(g, w)
			return
		}
	}
}

// audit is what the security team keeps.
func (g *generator) audit(w *workload) {
	logs := g.bucket(w, "trail")
	name := g.unique(w.place, "cloudtrail", false, pick(g, []string{"org-trail", "management-events", w.service + "-trail"}), func(s string) string { return "trail/" + s })
	g.add(w.place, spec{
		kind: "AWS::CloudTrail::Trail", service: "cloudtrail", resource: "trail/" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{"Name": name, "IsMultiRegionTrail": g.chance(0.7), "LogFileValidationEnabled": g.chance(0.6), "IsLogging": g.chance(0.95), "IncludeGlobalServiceEvents": true},
		related:    []estate.Relation{to("destination", logs)},
	})
	g.function(w, g.functionName(w), "")
	g.topic(w, "findings")
	g.person(w)
}

// person is an IAM user, as there should be few.
func (g *generator) person(w *workload) {
	who := pick(g, append([]string{"ci-deploy", "terraform", "backup-agent", "legacy-app", w.service + "-svc"}, people...))
	name := g.unique(w.place, "iam", true, who, func(s string) string { return "user/" + s })
	a := map[string]any{
		"UserName": name, "Path": "/", "CreateDate": g.ago(2500), "ConsoleAccess": strings.Contains(who, "."), "MFAEnabled": g.chance(0.6), "AccessKeys": num(g.between(0, 2)),
	}
	if g.chance(0.7) {
		a["PasswordLastUsed"] = g.ago(500)
	}
	if a["AccessKeys"] != num(0) {
		a["AccessKeyAgeDays"] = num(g.between(1, 1800))
	}
	g.add(w.place, spec{
		kind: "AWS::IAM::User", service: "iam", resource: "user/" + name, name: name, global: true, tags: g.tags(w, ""), attributes: a,
	})
	if g.chance(0.3) {
		g.secret(w, fmt.Sprintf("key-%s", strings.ReplaceAll(name, ".", "-")))
	}
}
