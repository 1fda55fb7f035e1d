package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"cloudops/backend/config"
	"cloudops/backend/estate/aws"
	"cloudops/backend/host"
)

// ListProfiles returns the profiles of the shared AWS configuration.
func (a *App) ListProfiles() ([]AWSProfile, error) {
	profiles, err := aws.Profiles()
	out := []AWSProfile{}
	for _, p := range profiles {
		out = append(out, AWSProfile(p))
	}
	return out, err
}

// StartScan scans AWS; empty fields mean the settings' own.
func (a *App) StartScan(req ScanRequest) (RunRef, error) {
	h, err := a.ready()
	if err != nil {
		return RunRef{}, err
	}
	return RunRef{h.StartScan(host.ScanOptions{Profiles: req.Profiles, Regions: req.Regions, Services: req.Services})}, nil
}

// maxSample bounds the sample estate that the window loads.
const maxSample = 200_000

// LoadSample loads the sample estate.
func (a *App) LoadSample(count int) (RunRef, error) {
	h, err := a.ready()
	if err != nil {
		return RunRef{}, err
	}
	if count < 1 || count > maxSample {
		return RunRef{}, usageError{fmt.Sprintf("%d is no size for the sample estate", count), fmt.Sprintf("Choose a number from 1 to %d.", maxSample)}
	}
	return RunRef{h.StartSample(count)}, nil
}

// ImportEstate asks for a file and imports it; the run id is empty where the user cancelled.
func (a *App) ImportEstate() (RunRef, error) {
	h, err := a.ready()
	if err != nil {
		return RunRef{}, err
	}
	path, err := a.openDialog(runtime.OpenDialogOptions{
		Title: "Import resources", Filters: []runtime.FileFilter{{DisplayName: "JSON, JSON lines", Pattern: "*.json;*.jsonl;*.ndjson"}},
	})
	if err != nil || path == "" {
		return RunRef{}, err
	}
	return RunRef{h.StartImport(filepath.Base(path), func() (io.ReadCloser, error) { return os.Open(path) })}, nil
}

// ExportEstate asks where to, and writes what the query finds, as csv or json. It returns the path, or "".
func (a *App) ExportEstate(q EstateQuery, format string) (string, error) {
	h, err := a.ready()
	if err != nil {
		return "", err
	}
	path, err := a.saveDialog(runtime.SaveDialogOptions{Title: "Export resources", DefaultFilename: "estate." + format})
	if err != nil || path == "" {
		return "", err
	}
	return path, config.StreamFile(path, 0o600, func(w io.Writer) error { return h.Estate.ExportFound(a.ctx, format, w, estateQuery(q)) })
}

// SearchEstate returns a page of the estate with its facets.
func (a *App) SearchEstate(q EstateQuery) (EstatePage, error) {
	h, err := a.ready()
	if err != nil {
		return EstatePage{}, err
	}
	page, err := h.Estate.Search(a.ctx, estateQuery(q))
	if err != nil {
		return EstatePage{}, err
	}
	out := EstatePage{
		Resources: []Resource{}, Total: page.Total, Understood: []EstateFilter{}, Facets: []FacetGroup{}, Notes: list(page.Notes),
		TookMS: float64(page.Took.Microseconds()) / 1000, Pending: page.Pending, Dense: page.Dense, FromLedger: page.FromLedger,
	}
	accounts := h.Estate.Accounts(a.ctx)
	for _, hit := range page.Hits {
		out.Resources = append(out.Resources, wireResource(hit.Item, hit.Score, hit.Why, accounts))
	}
	out.Understood = wireFilters(page.Understood)
	for _, g := range page.Facets {
		out.Facets = append(out.Facets, FacetGroup{Field: g.Field, Label: g.Label, Values: wireField(g.Field, g.Values, accounts)})
	}
	return out, nil
}

// GetResource returns everything about a resource.
func (a *App) GetResource(arn string) (ResourceDetail, error) {
	h, err := a.ready()
	if err != nil {
		return ResourceDetail{}, err
	}
	d, err := h.Estate.Get(a.ctx, arn)
	if err != nil {
		return ResourceDetail{}, err
	}
	attributes, err := json.MarshalIndent(d.Attributes, "", "  ")
	if err != nil {
		return ResourceDetail{}, err
	}
	accounts := h.Estate.Accounts(a.ctx)
	out := ResourceDetail{
		Resource: wireResource(d.Item, 0, nil, accounts), Attributes: string(attributes), Relations: []ResourceRelation{}, Incoming: int(d.Incoming),
		FirstSeen: stamp(d.FirstSeen), LastSeen: stamp(d.LastSeen), ConsoleURL: d.ConsoleURL,
	}
	for _, e := range d.Relations {
		r := ResourceRelation{Kind: e.Kind, Outgoing: e.Outgoing, ARN: e.ARN}
		if e.Item != nil {
			other := wireResource(*e.Item, 0, nil, accounts)
			r.Resource = &other
		}
		out.Relations = append(out.Relations, r)
	}
	return out, nil
}

// GetEstateStats counts the estate.
func (a *App) GetEstateStats() (EstateStats, error) {
	h, err := a.ready()
	if err != nil {
		return EstateStats{}, err
	}
	st, err := h.Estate.Stats(a.ctx)
	return EstateStats{
		Total: st.Total, ByType: wireFacets(st.ByType), ByService: wireFacets(st.ByService), ByRegion: wireFacets(st.ByRegion),
		ByAccount: wireField("account_id", st.ByAccount, h.Estate.Accounts(a.ctx)), ByEnv: wireFacets(st.ByEnv), LastScan: stamp(st.LastScan),
	}, err
}
