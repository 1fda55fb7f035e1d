package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudops/backend/assistant/tool"
)

// toolOutput is what a tool found, before it is bounded and fenced.
type toolOutput struct {
	head    any      // what is true of the whole
	rows    []string // JSON, best first
	sources []Source
	estate  bool // it speaks of the inventory
}

type estateTool = tool.Tool[toolOutput]

// The most that one call returns.
const (
	defaultRows = 20
	maxToolRows = 50
)

// filterArgs are Filters as a model writes them. Few words: they stand in three tools, and small windows are full soon.
type filterArgs struct {
	Type    string `json:"type,omitempty" jsonschema:"RDS instance, AWS::RDS::DBInstance or database"`
	Service string `json:"service,omitempty"`
	Region  string `json:"region,omitempty"`
	Account string `json:"account,omitempty" jsonschema:"12 digits"`
	Env     string `json:"env,omitempty"`
	State   string `json:"state,omitempty"`
	Tag     string `json:"tag,omitempty" jsonschema:"key, or key=value"`
}

func (f filterArgs) filters() Filters {
	return Filters{
		Type: split(f.Type), Service: split(f.Service), Region: split(f.Region), Account: split(f.Account),
		Env: split(f.Env), State: split(f.State), Tag: split(f.Tag),
	}
}

func split(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

type searchArgs struct {
	Query   string     `json:"query" jsonschema:"words, a name, an id, an ARN or an IP address"`
	Limit   int        `json:"limit,omitempty" jsonschema:"1 to 50"`
	Filters filterArgs `json:"filters,omitempty" jsonschema:"alternatives with commas"`
}

type getArgs struct {
	ARN string `json:"arn" jsonschema:"as another tool gave it"`
}

type listArgs struct {
	Filters filterArgs `json:"filters,omitempty" jsonschema:"alternatives with commas; none: all"`
	GroupBy string     `json:"group_by,omitempty" jsonschema:"type, service, region, account, env or state"`
	Limit   int        `json:"limit,omitempty" jsonschema:"rows, 0 to 50"`
}

type changeArgs struct {
	Since   string     `json:"since,omitempty" jsonschema:"24h, 7d or 2026-01-31"`
	Filters filterArgs `json:"filters,omitempty" jsonschema:"of which resources"`
	Limit   int        `json:"limit,omitempty" jsonschema:"1 to 50"`
}

type relatedArgs struct {
	ARN       string `json:"arn" jsonschema:"as another tool gave it"`
	Direction string `json:"direction,omitempty" jsonschema:"out: what it uses; in: what uses it; both"`
}

type historyArgs struct {
	Query string `json:"query" jsonschema:"words or meaning"`
}

// estateTools are the tools for which there is somebody to ask. All of them only read.
func (s *Service) estateTools() []estateTool {
	var out []estateTool
	if s.deps.Tools != nil {
		out = append(out,
			tool.New("search_estate", "Search the inventory", "Search the AWS inventory by meaning, names, ids or addresses.", s.toolSearch),
			tool.New("get_resource", "Look at a resource", "All attributes, tags and relations of one resource.", s.toolGet),
			tool.New("list_resources", "List resources", "List or count all resources that filters leave: exact totals.", s.toolList),
			tool.New("list_changes", "Look at changes", "What was added, changed or removed, newest first.", s.toolChanges),
			tool.New("related_resources", "Follow relations", "What a resource uses and what uses it.", s.toolRelated))
	}
	if s.deps.Chats != nil {
		out = append(out, tool.New("search_history", "Search earlier conversations", "Search the user's earlier conversations.", s.toolHistory))
	}
	return out
}

func rowsWanted(n int) int {
	if n <= 0 {
		return defaultRows
	}
	return min(n, maxToolRows)
}

func rowsOf(resources []Resource) (rows []string, sources []Source) {
	for _, r := range resources {
		rows = append(rows, lineOf(r))
		sources = append(sources, sourceOf(r))
	}
	return rows, sources
}

func (s *Service) toolSearch(ctx context.Context, a searchArgs) (toolOutput, error) {
	found, err := s.deps.Tools.FindResources(ctx, EstateQuery{Text: cutBytes(a.Query, maxQuery), Filters: a.Filters.filters(), Limit: rowsWanted(a.Limit)})
	if err != nil {
		return toolOutput{}, err
	}
	head := map[string]any{"total_matches": found.Total, "understood": excerpts(found.Understood, 120)}
	if found.Empty {
		head["note"] = "the inventory is empty: no scan has been made yet"
	}
	if len(found.ByType) > 0 {
		head["by_type"] = countMap(found.ByType)
	}
	out := toolOutput{head: head, estate: true}
	out.rows, out.sources = rowsOf(found.Resources)
	return out, nil
}

func (s *Service) toolGet(ctx context.Context, a getArgs) (toolOutput, error) {
	d, err := s.deps.Tools.ResourceDetail(ctx, a.ARN)
	if err != nil {
		return toolOutput{}, err
	}
	head := map[string]any{"resource": json.RawMessage(lineOf(d.Resource))}
	if !d.LastSeen.IsZero() {
		head["last_seen"] = age(d.LastSeen, s.opt.Now())
	}
	out := toolOutput{head: head, sources: []Source{sourceOf(d.Resource)}, estate: true}
	out.rows = append(attributeRows(d.Attributes), relationRows(d.Relations)...)
	return out, nil
}

// attributeRows are the attributes of a resource, one a row, so that a bound cuts between them.
func attributeRows(raw string) []string {
	var attributes map[string]any
	if json.Unmarshal([]byte(raw), &attributes) != nil {
		return nil
	}
	names := make([]string, 0, len(attributes))
	for name := range attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	var rows []string
	for _, name := range names {
		value := marshal(attributes[name])
		if len(value) <= 600 {
			rows = append(rows, marshal(map[string]any{excerpt(name, 80): plainValue(attributes[name])}))
			continue
		}
		rows = append(rows, marshal(map[string]string{excerpt(name, 80): excerpt(value, 600)}))
	}
	return rows
}

// plainValue takes characters that nobody sees out of the texts of a value.
func plainValue(v any) any {
	switch v := v.(type) {
	case string:
		return plain(v)
	case []any:
		for i := range v {
			v[i] = plainValue(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainValue(v[k])
		}
	}
	return v
}

func relationRows(relations []Relation) []string {
	var rows []string
	for _, rel := range relations {
		direction := "used by"
		if rel.Outgoing {
			direction = "uses"
		}
		rows = append(rows, marshal(map[string]string{
			"relation": direction, "kind": excerpt(rel.Kind, 60), "arn": excerpt(rel.Resource.ARN, 300),
			"name": excerpt(rel.Resource.Name, 120), "type": excerpt(rel.Resource.label(), 60),
		}))
	}
	return rows
}

var groupFields = []string{"", "type", "service", "region", "account", "env", "state"}

func (s *Service) toolList(ctx context.Context, a listArgs) (toolOutput, error) {
	if !slices.Contains(groupFields, a.GroupBy) {
		return toolOutput{}, &tool.ArgumentError{Message: "group_by: must be type, service, region, account, env or state"}
	}
	limit := min(max(a.Limit, 0), maxToolRows)
	if a.Limit == 0 && a.GroupBy == "" {
		limit = defaultRows
	}
	found, err := s.deps.Tools.ListResources(ctx, ListQuery{Filters: a.Filters.filters(), GroupBy: a.GroupBy, Limit: limit})
	if err != nil {
		return toolOutput{}, err
	}
	out := toolOutput{head: map[string]any{"total": found.Total}, estate: true}
	for _, g := range found.Groups {
		out.rows = append(out.rows, marshal(map[string]any{"value": excerpt(g.Label, 120), "count": g.N}))
	}
	rows, sources := rowsOf(found.Resources)
	out.rows, out.sources = append(out.rows, rows...), sources
	return out, nil
}

func (s *Service) toolChanges(ctx context.Context, a changeArgs) (toolOutput, error) {
	since, err := sinceOf(a.Since, s.opt.Now())
	if err != nil {
		return toolOutput{}, err
	}
	found, err := s.deps.Tools.ListChanges(ctx, ChangeQuery{Since: since, Filters: a.Filters.filters(), Limit: rowsWanted(a.Limit)})
	if err != nil {
		return toolOutput{}, err
	}
	head := map[string]any{"since": since.UTC().Format(time.RFC3339), "shown": len(found.Changes)}
	if found.Total > 0 {
		head["total"] = found.Total
	}
	out := toolOutput{head: head, estate: true}
	for _, c := range found.Changes {
		out.rows = append(out.rows, marshal(map[string]any{
			"at": c.At.UTC().Format(time.RFC3339), "change": c.Kind, "arn": excerpt(c.Resource.ARN, 300), "name": excerpt(c.Resource.Name, 120),
			"type": excerpt(c.Resource.label(), 60), "fields": excerpts(c.Fields[:min(len(c.Fields), 8)], 160),
		}))
		out.sources = append(out.sources, sourceOf(c.Resource))
	}
	return out, nil
}

// sinceOf reads 24h, 7d, a date or a time; a week ago where nothing is said.
func sinceOf(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		text = "7d"
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n <= 36500 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, &tool.ArgumentError{Message: "since: must be like 24h, 7d or 2026-01-31"}
}

func (s *Service) toolRelated(ctx context.Context, a relatedArgs) (toolOutput, error) {
	direction := strings.ToLower(strings.TrimSpace(a.Direction))
	if direction == "" {
		direction = "both"
	}
	if !slices.Contains([]string{"in", "out", "both"}, direction) {
		return toolOutput{}, &tool.ArgumentError{Message: "direction: must be in, out or both"}
	}
	relations, err := s.deps.Tools.RelatedResources(ctx, a.ARN, direction)
	if err != nil {
		return toolOutput{}, err
	}
	out := toolOutput{head: map[string]any{"total": len(relations)}, rows: relationRows(relations), estate: true}
	for _, rel := range relations {
		out.sources = append(out.sources, sourceOf(rel.Resource))
	}
	return out, nil
}

func (s *Service) toolHistory(ctx context.Context, a historyArgs) (toolOutput, error) {
	hits, err := s.deps.Chats.SearchHistory(ctx, cutBytes(a.Query, maxQuery), 10)
	if err != nil {
		return toolOutput{}, err
	}
	out := toolOutput{head: map[string]any{"total": len(hits)}}
	for _, h := range hits {
		out.rows = append(out.rows, marshal(map[string]string{
			"conversation": excerpt(h.Title, 100), "said_by": h.Role, "on": h.At.UTC().Format(time.DateOnly), "text": excerpt(h.Snippet, 400),
		}))
		out.sources = append(out.sources, Source{
			Kind: SourceMessage, Title: excerpt(h.Title, 60), Subtitle: h.At.UTC().Format(time.DateOnly), ConversationID: h.ConversationID, MessageID: h.MessageID,
		})
	}
	return out, nil
}

func excerpts(list []string, n int) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = excerpt(s, n)
	}
	return out
}

// toolTrouble says to the model what went wrong, without what the error itself says of files and addresses.
func toolTrouble(err error) string {
	var args *tool.ArgumentError
	switch {
	case errors.As(err, &args):
		return "The arguments do not fit: " + excerpt(args.Message, 300) + ". Correct them and call again."
	case errors.Is(err, ErrNoResource):
		return "The inventory has no such resource. Search for it by name first."
	case errors.Is(err, context.DeadlineExceeded):
		return "It took too long. Ask for less, or answer from what is there."
	}
	return "It could not be looked up just now. Answer from what is there, and say so."
}
