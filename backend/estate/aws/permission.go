package aws

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:generate go test -run TestPolicy -update .

// allowed are the calls to one service.
type allowed struct {
	id     string // the SDK's service id
	cell   string // the service of the cells that make most of them
	prefix string // of the IAM actions
	// operations are separated by spaces. One whose IAM action has another name is written OPERATION=ACTION.
	operations string
}

// callsOf is a row of the table, taken apart.
type callsOf struct {
	cell    string
	actions map[string]string // by operation
}

// tables are the permissions by the SDK's service id.
var tables = sync.OnceValue(func() map[string]callsOf {
	all := map[string]callsOf{}
	for _, p := range permissions {
		s := callsOf{cell: p.cell, actions: map[string]string{}}
		for _, o := range strings.Fields(p.operations) {
			operation, action, renamed := strings.Cut(o, "=")
			if !renamed {
				action = operation
			}
			s.actions[operation] = p.prefix + ":" + action
		}
		all[p.id] = s
	}
	return all
})

// RoleName is the name that docs/iam-policy.json allows to assume in other accounts.
const RoleName = "CloudOpsInventory"

// actionOf is the IAM action of a call; for a call that is not in the table, the SDK's words for it.
func actionOf(service, operation string) string {
	if a, ok := tables()[service].actions[operation]; ok {
		return a
	}
	return service + "." + operation
}

// gatewayAction reads all of API Gateway, which knows no finer one: the resources say what may be read. The values of API keys are
// not among them.
const gatewayAction = "apigateway:GET"

var gatewayResources = []string{
	"arn:*:apigateway:*::/apis", "arn:*:apigateway:*::/apis/*", "arn:*:apigateway:*::/domainnames", "arn:*:apigateway:*::/domainnames/*",
	"arn:*:apigateway:*::/restapis", "arn:*:apigateway:*::/restapis/*", "arn:*:apigateway:*::/vpclinks", "arn:*:apigateway:*::/vpclinks/*",
}

type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid, Effect string
	Action      []string
	Resource    []string
}

// Policy is the least IAM policy that a scan needs, as JSON: to read the inventory, and to assume the role
// RoleName in other accounts, which only a scan of other accounts needs. It is longer than a managed policy may be (6,144
// characters) and fits into a role as its own (10,240).
func Policy() ([]byte, error) {
	return writePolicy(append([]statement{reading(readActions())}, further()...)...)
}

// PolicyParts is the same in two, each of which fits into a managed policy.
func PolicyParts() (parts [2][]byte, err error) {
	actions := readActions()
	half := len(actions) / 2
	for half > 0 && half < len(actions) && serviceOf(actions[half]) == serviceOf(actions[half-1]) {
		half++ // a service's actions stay together
	}
	if parts[0], err = writePolicy(reading(actions[:half])); err == nil {
		parts[1], err = writePolicy(append([]statement{reading(actions[half:])}, further()...)...)
	}
	return parts, err
}

func serviceOf(action string) string {
	service, _, _ := strings.Cut(action, ":")
	return service
}

// readActions are sorted.
func readActions() []string {
	var actions []string
	for _, t := range tables() {
		if t.cell == cloudControlService {
			continue // who asks it needs more than can be listed
		}
		for _, action := range t.actions {
			if action != "sts:AssumeRole" && action != gatewayAction {
				actions = append(actions, action)
			}
		}
	}
	return sorted(actions)
}

func reading(actions []string) statement {
	return statement{Sid: "ReadInventory", Effect: "Allow", Action: actions, Resource: []string{"*"}}
}

func further() []statement {
	return []statement{
		{Sid: "ReadGateways", Effect: "Allow", Action: []string{gatewayAction}, Resource: gatewayResources},
		{Sid: "ReachOtherAccounts", Effect: "Allow", Action: []string{"sts:AssumeRole"}, Resource: []string{"arn:*:iam::*:role/" + RoleName}},
	}
}

func writePolicy(statements ...statement) ([]byte, error) {
	b, err := json.MarshalIndent(policy{Version: "2012-10-17", Statement: statements}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the policy: %w", err)
	}
	return append(b, '\n'), nil
}
