package aws

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// errRepeatedPage: a service handed out a page token for the second time, which would go round for ever.
var errRepeatedPage = errors.New("the service repeats a page of its listing")

// eachPage asks for page after page until there is no token. fetch gets the token, nil at first, and returns the
// next one.
func eachPage(ctx context.Context, fetch func(ctx context.Context, token *string) (next *string, err error)) error {
	var token *string
	seen := map[string]bool{}
	for page := 1; ; page++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		next, err := fetch(ctx, token)
		if err != nil {
			return err
		}
		if next == nil || *next == "" {
			return nil
		}
		if seen[*next] {
			return fmt.Errorf("page %d: %w", page, errRepeatedPage)
		}
		seen[*next] = true
		token = next
	}
}

// perResource bounds the single resources of one cell that are asked about at once; the window bounds the calls.
const perResource = widest

// eachOf calls do for every item, some at once; the results keep the order of the items. An item that fails does not
// keep the others from it, unless its error means that they will fail too. All errors are returned as one.
func eachOf[T, R any](ctx context.Context, items []T, do func(context.Context, T) (R, error)) ([]R, error) {
	results, errs := make([]R, len(items)), make([]error, len(items))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(perResource)
	for i, it := range items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			results[i], errs[i] = do(ctx, it)
			if isFatal(errs[i]) {
				return errs[i]
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return results, err
	}
	return results, errors.Join(errs...)
}
