// Package templates holds the frontend's pages: the HTML, embedded in the
// binary, and the values that each page is made from.
//
// Everything goes through html/template, which escapes whatever came from a
// visitor. The package decides what a page looks like, never what it says: the
// handlers in package server fill the values in.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"

	"github.com/inventive-weave/inventive-weave/services/fe/chart"
)

//go:embed *.html
var embedded embed.FS

// Pages renders the pages.
type Pages struct {
	templates *template.Template
}

// New parses the pages. staticURL returns the URL of a static file by its plain
// name.
func New(staticURL func(name string) (string, error)) (*Pages, error) {
	funcs := template.FuncMap{
		"static":   staticURL,
		"count":    count,
		"bytes":    Bytes,
		"took":     took,
		"span":     span,
		"date":     date,
		"datetime": datetime,
		"exact":    exact,
		"ago":      ago,
		"mailto":   mailto,
	}
	t, err := template.New("").Funcs(funcs).ParseFS(embedded, "*.html")
	if err != nil {
		return nil, fmt.Errorf("parse pages: %w", err)
	}
	return &Pages{t}, nil
}

// Form renders the page with the form.
func (p *Pages) Form(f Form) ([]byte, error) {
	return p.render("form", f)
}

// Result renders a ranking.
func (p *Pages) Result(r Result) ([]byte, error) {
	items := make([]chart.Item, len(r.Rows))
	for i, row := range r.Rows {
		items[i] = chart.Item{
			Rank: row.Rank, Name: row.Name(),
			Products: row.Products, Newest: row.Newest, HasNewest: row.HasNewest,
		}
	}
	return p.render("result", struct {
		Result
		Bars     chart.Bars
		Timeline chart.Timeline
	}{r, chart.NewBars(items), chart.NewTimeline(items)})
}

// Failure renders an error that has no form to stand in.
func (p *Pages) Failure(f Failure) ([]byte, error) {
	return p.render("failure", f)
}

// API renders the description of the JSON API.
func (p *Pages) API(a API) ([]byte, error) {
	return p.render("api", a)
}

func (p *Pages) render(name string, data any) ([]byte, error) {
	var buf bytes.Buffer
	if err := p.templates.ExecuteTemplate(&buf, name, data); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return buf.Bytes(), nil
}
