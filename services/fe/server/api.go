package server

import (
	"net/http"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/services/fe/templates"
	"github.com/inventive-weave/inventive-weave/services/fe/upload"
)

// apiActivity ranks a data set for a program.
func (h *handler) apiActivity(w http.ResponseWriter, r *http.Request) {
	cfg := h.uploadConfig()
	cfg.NoForms = true
	q, err := upload.Open(w, r, cfg)
	var done outcome
	if err == nil {
		done, err = h.rank(r, q, q.Data())
	}
	err = h.finish(r.Context(), q, err)
	abortIfGone(r, q)
	if err != nil {
		h.failAPI(w, r, problemOf(r.Context(), err), err)
		return
	}
	w.Header().Add("Vary", "Accept")
	if !wantsCSV(r) {
		h.json(w, r, http.StatusOK, "application/json", forPrograms(done))
		return
	}
	body, err := csvOf(done)
	if err != nil {
		h.failAPI(w, r, problem{kind: internal}, err)
		return
	}
	h.write(w, r, http.StatusOK, "text/csv; charset=utf-8", body, forget)
}

// wantsCSV tells whether a program prefers CSV to JSON, which is the default.
func wantsCSV(r *http.Request) bool {
	q := qualities(r.Header.Values("Accept"))
	return q["text/csv"] > 0 && q["text/csv"] >= q["application/json"]
}

// apiPage describes the API, with examples that come from the same types as the
// answers.
func (h *handler) apiPage(w http.ResponseWriter, r *http.Request) {
	answer, err := indented(forPrograms(exampleOutcome()))
	if err != nil {
		h.page(w, r, 0, nil, err, revalidate)
		return
	}
	mistake, err := indented(forProgram(problem{
		kind:   badDataSet,
		detail: `"yesterday" is not an RFC 3339 time.`,
		place:  &templates.Place{Line: 120, Column: 22, Field: "Products[17].createTime"},
	}, "0123456789abcdef0123456789abcdef"))
	if err != nil {
		h.page(w, r, 0, nil, err, revalidate)
		return
	}
	page := templates.API{
		MaxUpload:    h.maxUpload,
		MaxLimit:     maxLimit,
		DefaultLimit: defaultLimit,
		Answer:       string(answer),
		Error:        string(mistake),
	}
	for k := range kinds {
		if info := k.info(); info.when != "" {
			page.Problems = append(page.Problems, templates.APIProblem{Name: info.name, Status: info.status, When: info.when})
		}
	}
	body, err := h.pages.API(page)
	h.page(w, r, http.StatusOK, body, err, revalidate)
}

// exampleOutcome is what the page of the API shows: the example's first
// creator.
func exampleOutcome() outcome {
	newest := time.Date(2023, 4, 6, 19, 1, 59, 752_638_000, time.UTC)
	return outcome{
		took: 1834 * time.Microsecond,
		ranking: &creatorsclient.Ranking{
			Creators: []creatorsclient.Standing{
				{Rank: 1, ID: "c1", Email: "ada@example.com", Products: 10, Newest: newest, HasNewest: true},
			},
			CreatorCount: 10,
			ProductCount: 100,
			DataSet: dataset.Summary{
				Bytes: 12_345, Creators: 10, Products: 100, HasTime: true,
				Oldest: newest.AddDate(0, -3, 0), Newest: newest,
			},
		},
	}
}
