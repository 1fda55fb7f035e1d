package estate

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"cloudops/backend/store"
)

// exportPage is how many resources are read at a time.
const exportPage = 500

// All calls yield for every resource that the filters leave, sorted by ARN, until it returns an error.
func (s *Service) All(ctx context.Context, filters []Filter, yield func(Item) error) error {
	conds, err := conditions(asked(filters))
	if err != nil {
		return err
	}
	page := store.Page{Filter: store.Filter{All: conds}, Order: store.Order{Field: fieldARN, Exact: true}, Limit: exportPage}
	for {
		res, err := s.store.Scroll(ctx, store.Estate, page)
		if err != nil {
			return fmt.Errorf("list the estate: %w", err)
		}
		for i := range res.Records {
			item, err := itemOf(&res.Records[i])
			if err != nil {
				return err
			}
			if err := yield(item); err != nil {
				return err
			}
		}
		if page.Cursor = res.Next; page.Cursor == "" {
			return nil
		}
	}
}

// Export writes resources sorted by ARN: "json", one resource a line in the form that Import reads, or "csv" with a heading.
func (s *Service) Export(ctx context.Context, format string, w io.Writer, filters []Filter) error {
	return s.ExportFound(ctx, format, w, Query{Filters: filters})
}

// ExportFound is Export of a query's result, in its order; see Found. It holds a page of it at a time.
func (s *Service) ExportFound(ctx context.Context, format string, w io.Writer, q Query) error {
	out := bufio.NewWriter(w)
	var err error
	switch format {
	case "json":
		err = s.exportJSON(ctx, out, q)
	case "csv":
		err = s.exportCSV(ctx, out, q)
	default:
		return fmt.Errorf("%w: the format of an export is csv or json, not %q", ErrInvalid, clip(format))
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("export the estate: %w", err)
	}
	return nil
}

func (s *Service) exportJSON(ctx context.Context, w io.Writer, q Query) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return s.Found(ctx, q, func(item Item) error { return enc.Encode(item.Resource) })
}

func (s *Service) exportCSV(ctx context.Context, w io.Writer, q Query) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"arn", "type", "name", "service", "region", "account_id", "env", "state", "tags", "first_seen"}); err != nil {
		return err
	}
	err := s.Found(ctx, q, func(item Item) error {
		row := []string{
			item.ARN, item.Type, item.Name, item.Service, item.Region, item.AccountID, item.Env, item.State,
			strings.Join(tagList(item.Tags), "; "), item.FirstSeen.Format("2006-01-02T15:04:05Z07:00"),
		}
		for i := range row {
			row[i] = harmless(row[i])
		}
		return out.Write(row)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// harmless keeps a spreadsheet from taking a cell for a formula (OWASP, CSV injection).
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
		return "'" + cell
	}
	return cell
}
