package server

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/inventive-weave/inventive-weave/services/fe/templates"
)

// maxLink is the longest URL that browsers download, with a margin: Chromium's
// limit is 2 MiB.
const maxLink = 2_000_000

// rankingJSON is a ranking as programs get it.
type rankingJSON struct {
	Creators []creatorJSON `json:"creators"`
	Totals   totalsJSON    `json:"totals"`
}

type creatorJSON struct {
	Rank     int    `json:"rank"`
	ID       string `json:"id"`
	Email    string `json:"email"`
	Products int64  `json:"products"`
	// NewestProduct is null for a creator without one.
	NewestProduct *string `json:"newest_product"`
}

type totalsJSON struct {
	Creators      int64   `json:"creators"`
	Products      int64   `json:"products"`
	OldestProduct *string `json:"oldest_product"`
	NewestProduct *string `json:"newest_product"`
	Bytes         int64   `json:"bytes"`
	Seconds       float64 `json:"seconds"`
}

func forPrograms(done outcome) rankingJSON {
	ranking := done.ranking
	v := rankingJSON{
		Creators: make([]creatorJSON, len(ranking.Creators)),
		Totals: totalsJSON{
			Creators:      ranking.CreatorCount,
			Products:      ranking.ProductCount,
			OldestProduct: instant(ranking.DataSet.Oldest, ranking.DataSet.HasTime),
			NewestProduct: instant(ranking.DataSet.Newest, ranking.DataSet.HasTime),
			Bytes:         ranking.DataSet.Bytes,
			// Microseconds are finer than anything that can be told apart here.
			Seconds: done.took.Round(time.Microsecond).Seconds(),
		},
	}
	for i, c := range ranking.Creators {
		v.Creators[i] = creatorJSON{
			Rank: c.Rank, ID: c.ID, Email: c.Email, Products: c.Products,
			NewestProduct: instant(c.Newest, c.HasNewest),
		}
	}
	return v
}

func instant(t time.Time, has bool) *string {
	if !has {
		return nil
	}
	s := t.UTC().Format(time.RFC3339Nano)
	return &s
}

// csvOf is the creators of a ranking as comma-separated values.
func csvOf(done outcome) ([]byte, error) {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.UseCRLF = true // RFC 4180
	records := make([][]string, 0, len(done.ranking.Creators)+1)
	records = append(records, []string{"rank", "id", "email", "products", "newest_product"})
	for _, c := range done.ranking.Creators {
		newest := ""
		if s := instant(c.Newest, c.HasNewest); s != nil {
			newest = *s
		}
		records = append(records, []string{
			strconv.Itoa(c.Rank), noFormula(c.ID), noFormula(c.Email),
			strconv.FormatInt(c.Products, 10), newest,
		})
	}
	if err := w.WriteAll(records); err != nil {
		return nil, fmt.Errorf("write csv: %w", err)
	}
	return buf.Bytes(), nil
}

// noFormula keeps a spreadsheet from running a text that came from a stranger:
// an apostrophe in front makes it text.
func noFormula(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// addDownloads puts the ranking into links, as whole files: the server keeps
// nothing that a link could point to, and this needs no script.
func addDownloads(result *templates.Result, done outcome) error {
	asCSV, err := csvOf(done)
	if err != nil {
		return err
	}
	asJSON, err := indented(forPrograms(done))
	if err != nil {
		return fmt.Errorf("write json: %w", err)
	}
	for _, d := range []struct {
		format, name, contentType string
		body                      []byte
	}{
		{"CSV", "ranking.csv", "text/csv;charset=utf-8", asCSV},
		{"JSON", "ranking.json", "application/json", asJSON},
	} {
		prefix := "data:" + d.contentType + ";base64,"
		if len(prefix)+base64.StdEncoding.EncodedLen(len(d.body)) > maxLink {
			result.DownloadsLeft = true
			continue
		}
		result.Downloads = append(result.Downloads, templates.Download{
			Format: d.format,
			Name:   d.name,
			// The type is ours, and base64 has nothing to escape.
			URL: template.URL(prefix + base64.StdEncoding.EncodeToString(d.body)),
		})
	}
	return nil
}
