package sample

import (
	"fmt"
	"math"
	"strings"

	"cloudops/backend/estate"
)

// organization is the company: its accounts, teams and habits.
type organization struct {
	company  string
	domain   string
	regions  []string
	accounts []*account
	teams    []*team
}

// account is one of its AWS accounts.
type account struct {
	id, name string
	envs     []string // of what runs in it
	weight   int      // of what runs in it
	networks map[string]*network
	clusters map[string]string // shared things by region and use
	kms      map[string]string
}

// team has habits of its own.
type team struct {
	name                                 string
	services                             []string
	envKey, teamKey, projectKey, costKey string
	spelling                             map[string]string // of environments, in names
	tagSpelling                          map[string]string // and in tags, which may differ
	style                                int               // of names, see name
	managedBy                            string            // terraform, cloudformation, cdk, or by hand
	costCenter                           string
	care                                 float64 // how likely it tags and encrypts
}

// place is an account and region with a network.
type place struct {
	account *account
	region  string
}

// workload is something that a team runs.
type workload struct {
	place
	team    *team
	service string // checkout-api
	env     string // the key
	owner   string
	tagged  tagging
}

// tagging is how careful somebody was.
type tagging int

const (
	fully tagging = iota
	barely
	never
)

func (g *generator) run(count int) {
	if g.done() {
		return
	}
	g.found(count)
	total := 0
	for _, a := range g.org.accounts {
		total += a.weight
	}
	for !g.done() {
		g.workload(g.drawAccount(total))
	}
}

// found sets up the company; how many accounts and teams it has goes by its size.
func (g *generator) found(count int) {
	company := pick(g, companies)
	g.org = organization{company: company, domain: company + ".example", regions: pick(g, regionSets)}
	teams := min(len(teamNames), 3+int(2*math.Log10(float64(count)+1)+float64(count)/5000))
	for _, i := range g.rng.Perm(len(teamNames))[:teams] {
		g.org.teams = append(g.org.teams, g.team(teamNames[i]))
	}
	root := &account{id: g.accountID(), name: company + "-root"}
	orgID := "o-" + g.letters(10, lowerAlnum)
	for _, a := range g.accounts(count) {
		a.id = g.accountID()
		a.networks, a.clusters, a.kms = map[string]*network{}, map[string]string{}, map[string]string{}
		g.org.accounts = append(g.org.accounts, a)
		g.add(place{account: root}, spec{
			kind: "AWS::Organizations::Account", service: "organizations", resource: "account/" + orgID + "/" + a.id, name: a.name, global: true,
			tags: map[string]string{"environment": strings.Join(a.envs, "/")},
			attributes: map[string]any{
				"Id": a.id, "Name": a.name, "Email": "aws+" + a.name + "@" + g.org.domain, "Status": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": g.ago(2500),
			},
		})
	}
}

func (g *generator) accountID() string {
	return fmt.Sprintf("%012d", 100000000000+g.rng.Int64N(899999999999))
}

// accounts are few in a small company, which mixes environments, and many in a large one.
func (g *generator) accounts(count int) []*account {
	c := g.org.company
	all := []string{"prod", "staging", "test", "dev", "sandbox"}
	switch {
	case count < 300:
		return []*account{{name: c, envs: all, weight: 4}, {name: c + "-sandbox", envs: all[3:], weight: 1}}
	case count < 3000:
		return []*account{
			{name: c + "-production", envs: all[:1], weight: 5}, {name: c + "-nonprod", envs: all[1:4], weight: 4},
			{name: c + "-shared-services", envs: all[:1], weight: 1}, {name: c + "-sandbox", envs: all[3:], weight: 1},
		}
	}
	accounts := []*account{
		{name: c + "-shared-services", envs: all[:1], weight: 3}, {name: c + "-security", envs: all[:1], weight: 1},
		{name: c + "-data-prod", envs: all[:1], weight: 4}, {name: c + "-data-dev", envs: all[2:4], weight: 2}, {name: c + "-sandbox", envs: all[4:], weight: 2},
		{name: c + "-legacy", envs: all, weight: 3},
	}
	for i := range 1 + count/8000 {
		unit := pick(g, g.org.teams).name
		if i == 0 {
			unit = "core"
		}
		if i > 0 && i%len(teamNames) != i {
			unit += fmt.Sprintf("-%d", i/len(teamNames)+1)
		}
		accounts = append(accounts,
			&account{name: fmt.Sprintf("%s-%s-prod", c, unit), envs: all[:1], weight: 5},
			&account{name: fmt.Sprintf("%s-%s-stg", c, unit), envs: all[1:2], weight: 2},
			&account{name: fmt.Sprintf("%s-%s-dev", c, unit), envs: all[2:4], weight: 3})
	}
	return accounts
}

func (g *generator) team(name string) *team {
	t := &team{
		name: name, envKey: pick(g, environmentKeys), teamKey: pick(g, teamKeys), projectKey: pick(g, projectKeys), costKey: pick(g, costKeys),
		spelling: map[string]string{}, tagSpelling: map[string]string{}, style: g.rng.IntN(5),
		managedBy:  pick(g, []string{"terraform", "terraform", "cloudformation", "cdk", "", ""}),
		costCenter: fmt.Sprintf("%s%d", pick(g, []string{"CC-", "", "cc"}), g.between(1000, 9899)), care: 0.45 + 0.5*g.rng.Float64(),
	}
	for _, e := range environments {
		t.spelling[e.key] = pick(g, e.spelling)
		tag := t.spelling[e.key]
		if g.chance(0.4) {
			tag = pick(g, e.spelling)
		}
		switch g.rng.IntN(6) {
		case 0:
			tag = strings.ToUpper(tag)
		case 1:
			tag = strings.ToUpper(tag[:1]) + tag[1:]
		}
		t.tagSpelling[e.key] = tag
	}
	for _, base := range teamServices[name] {
		t.services = append(t.services, base)
		for _, i := range g.rng.Perm(len(parts))[:3] {
			t.services = append(t.services, base+"-"+parts[i])
		}
	}
	return t
}

func (g *generator) drawAccount(total int) *account {
	n := g.rng.IntN(total)
	for _, a := range g.org.accounts {
		if n -= a.weight; n < 0 {
			return a
		}
	}
	return g.org.accounts[0]
}

// draw makes up a workload for an account.
func (g *generator) draw(a *account) *workload {
	region := g.org.regions[0]
	if n := g.rng.IntN(10); n > 8 {
		region = g.org.regions[2]
	} else if n > 6 {
		region = g.org.regions[1]
	}
	t := pick(g, g.org.teams)
	w := &workload{
		place: place{a, region}, team: t, service: pick(g, t.services), env: pick(g, a.envs), owner: pick(g, people) + "@" + g.org.domain,
	}
	switch r := g.rng.Float64(); {
	case r > t.care+0.25:
		w.tagged = never
	case r > t.care:
		w.tagged = barely
	}
	return w
}

// name is what the workload's team calls a thing. what may be empty.
func (w *workload) name(what string) string {
	env := w.team.spelling[w.env]
	join := func(sep string, words ...string) string {
		kept := words[:0]
		for _, word := range words {
			if word != "" {
				kept = append(kept, word)
			}
		}
		return strings.Join(kept, sep)
	}
	switch w.team.style {
	case 0:
		return join("-", w.service, env, what)
	case 1:
		return join("-", env, w.service, what)
	case 2:
		return join("-", w.team.name, w.service, what, env)
	case 3:
		return join("_", strings.ReplaceAll(w.service, "-", "_"), strings.ReplaceAll(what, "-", "_"), env)
	}
	return join("-", w.service, what, env)
}

// plain is the name in letters, digits and hyphens, for services that take nothing else.
func (w *workload) plain(what string, n int) string {
	return cut(strings.ToLower(strings.NewReplacer("_", "-", ".", "-", "--", "-").Replace(w.name(what))), n)
}

// tags are what the team puts on a thing of that name: by habit, with gaps.
func (g *generator) tags(w *workload, name string) map[string]string {
	t := map[string]string{}
	if w.tagged == never || g.chance(0.04) {
		return t
	}
	if name != "" {
		t["Name"] = name
	}
	if w.tagged == barely {
		if g.chance(0.5) {
			t[w.team.envKey] = w.team.tagSpelling[w.env]
		}
		return t
	}
	t[w.team.envKey] = w.team.tagSpelling[w.env]
	if strings.EqualFold(w.team.teamKey, "owner") && g.chance(0.5) {
		t[w.team.teamKey] = w.owner
	} else {
		t[w.team.teamKey] = w.team.name
	}
	if g.chance(0.7) {
		t[w.team.projectKey] = w.service
	}
	if g.chance(0.5) {
		t[w.team.costKey] = w.team.costCenter
	}
	if g.chance(0.1) {
		t["DataClassification"] = pick(g, dataClasses)
	}
	if g.chance(0.03) {
		t["temporary"] = "true"
	}
	switch w.team.managedBy {
	case "terraform":
		t["ManagedBy"] = "terraform"
	case "cloudformation":
		t["aws:cloudformation:stack-name"] = w.plain("", 60)
	case "cdk":
		t["aws:cloudformation:stack-name"] = "Cdk" + title(w.service) + "Stack"
	}
	return t
}

// title turns checkout-api into CheckoutApi.
func title(s string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '_' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// key is the account's KMS key for a use in the region, made when it is first needed.
func (g *generator) key(w *workload, use string) string {
	at := w.region + use
	if arn, ok := w.account.kms[at]; ok {
		return arn
	}
	id := g.uuid()
	arn := g.add(w.place, spec{
		kind: "AWS::KMS::Key", service: "kms", resource: "key/" + id, name: use + "-key", tags: g.tags(w, use+"-key"),
		attributes: map[string]any{
			"KeyId": id, "Description": "Encrypts " + use, "KeyState": pick(g, []string{"Enabled", "Enabled", "Enabled", "Disabled", "PendingDeletion"}), "KeyManager": "CUSTOMER",
			"KeySpec": "SYMMETRIC_DEFAULT", "KeyRotationEnabled": g.chance(0.6), "CreationDate": g.ago(1500),
		},
	})
	w.account.kms[at] = arn
	return arn
}

// role is an IAM role for a thing that runs.
func (g *generator) role(w *workload, what, principal string) string {
	name := g.unique(w.place, "iam", true, cut(w.name(what), 60), func(s string) string { return "role/" + s })
	related := []estate.Relation{}
	if g.chance(0.4) {
		policy := g.unique(w.place, "iam", true, name+"-policy", func(s string) string { return "policy/" + s })
		related = append(related, to("policy", g.add(w.place, spec{
			kind: "AWS::IAM::ManagedPolicy", service: "iam", resource: "policy/" + policy, name: policy, global: true, tags: g.tags(w, ""),
			attributes: map[string]any{
				"PolicyName": policy, "DefaultVersionId": fmt.Sprintf("v%d", g.between(1, 5)), "AttachmentCount": num(1), "IsAttachable": true, "CreateDate": g.ago(1500),
			},
		})))
	}
	attributes := map[string]any{
		"RoleName": name, "Path": "/", "CreateDate": g.ago(1500), "MaxSessionDuration": num(3600), "TrustedService": principal,
		"AdministratorAccess": g.chance(0.06),
	}
	if g.chance(0.85) {
		attributes["RoleLastUsed"] = map[string]any{"LastUsedDate": g.ago(200), "Region": w.region}
	}
	return g.add(w.place, spec{
		kind: "AWS::IAM::Role", service: "iam", resource: "role/" + name, name: name, global: true, tags: g.tags(w, ""), attributes: attributes, related: related,
	})
}
