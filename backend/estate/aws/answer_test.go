package aws_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws/awstest"
)

// TestAnAnswerOfNothingIsNoEmptyListing: a success without a document, or with another server's, in each of AWS's protocols.
func TestAnAnswerOfNothingIsNoEmptyListing(t *testing.T) {
	awstest.Env(t)
	for _, body := range []string{"", " ", `{"TableNames":["carts"`, "<!DOCTYPE html><title>Sign in</title>", "<html>", `<?xml version="1.0"?>`, "<ListTopicsResponse><Topics></Topics>"} {
		p := newProxy(t, nil)
		p.wild = func(w http.ResponseWriter, c call) bool {
			if c.service == "sts" || c.action == "DescribeRegions" {
				return false
			}
			_, _ = io.WriteString(w, body)
			return true
		}
		opts := through(p)
		opts.Services = []string{"dynamodb", "sns", "s3", "lambda"}
		s, report := scan(t, opts)
		require.Zero(t, report.CellsDone, "%q", body)
		require.Equal(t, 4, report.CellsFailed, "%q", body)
		for cell := range s.cells {
			require.False(t, s.complete[cell])
			require.Empty(t, s.listed[cell], "%q of %s", body, cell.Service)
		}
	}
}

// TestErrorInTheMiddleOfAListing: what the first page showed is kept, and what the second would have shown is not taken for gone.
func TestErrorInTheMiddleOfAListing(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.action == "ListTables" && strings.Contains(c.body, "ExclusiveStartTableName") {
			return http.StatusInternalServerError, "InternalFailure"
		}
		return 0, ""
	})
	p.rewrite = func(c call, body []byte) []byte {
		if c.action == "ListTables" {
			return regexp.MustCompile(`\{`).ReplaceAll(body, []byte(`{"LastEvaluatedTableName":"carts",`))
		}
		return body
	}
	opts := through(p)
	opts.Services = []string{"dynamodb"}
	s, report := scan(t, opts)
	cell := estate.Cell{AccountID: awstest.FirstAccount, Region: "eu-west-1", Service: "dynamodb"}
	require.Len(t, s.cells[cell], 4)
	require.False(t, s.complete[cell])
	require.Empty(t, s.listed[cell])
	require.Equal(t, 1, report.CellsFailed)
	require.Len(t, report.Findings, 1)
}
