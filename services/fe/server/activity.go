package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/services/fe/templates"
	"github.com/inventive-weave/inventive-weave/services/fe/upload"
)

// outcome is a data set that was ranked.
type outcome struct {
	ranking *creatorsclient.Ranking
	began   time.Time
	took    time.Duration
}

// activity ranks what the form sent, and shows the ranking, or the form again
// with what was wrong.
func (h *handler) activity(w http.ResponseWriter, r *http.Request) {
	q, err := upload.Open(w, r, h.uploadConfig())
	example := r.URL.Query().Get("source") == "example"
	var done outcome
	if err == nil {
		data := q.Data()
		if example {
			data = bytes.NewReader(h.example)
		}
		done, err = h.rank(r, q, data)
	}
	err = h.finish(r.Context(), q, err)
	abortIfGone(r, q)
	if err != nil {
		h.formAgain(w, r, q, err)
		return
	}

	result := resultOf(done)
	result.TextIgnored = q.TextIgnored()
	switch {
	case example:
		result.Source = "the built-in example"
	case q.Source == upload.File && q.FileName != "":
		result.Source = q.FileName
	case q.Source == upload.File:
		result.Source = "a file"
	case q.Source == upload.Text:
		result.Source = "pasted text"
	default:
		result.Source = "the data sent"
	}
	if err := addDownloads(&result, done); err != nil {
		h.page(w, r, 0, nil, err, forget)
		return
	}
	body, err := h.pages.Result(result)
	h.page(w, r, http.StatusOK, body, err, forget)
}

// rank sends the data set to creators.
func (h *handler) rank(r *http.Request, q *upload.Request, data io.Reader) (outcome, error) {
	limit, err := limitOf(r, q)
	if err != nil {
		return outcome{}, err
	}
	if data == nil {
		return outcome{}, q.Missing()
	}
	ctx, patient, stop := withPatience(r.Context(), data, h.creatorsTimeout)
	defer stop()
	began := h.now()
	ranking, err := h.ranker.MostActive(ctx, patient, limit)
	if err != nil {
		// The context knows why it ended, and ends with this call.
		return outcome{}, &problemError{problem: problemOf(ctx, err), cause: err}
	}
	return outcome{ranking: ranking, began: began, took: h.now().Sub(began)}, nil
}

// finish reads the rest of the request. Why the request could not be read
// comes before what creators made of the part that it got.
func (h *handler) finish(ctx context.Context, q *upload.Request, err error) error {
	if late := q.Finish(); late != nil {
		return late
	}
	return err
}

// abortIfGone ends the request when the client has left, so that there is nobody
// to answer. A client that was too slow is still there, though net/http ends the
// context of its request too.
func abortIfGone(r *http.Request, q *upload.Request) {
	if r.Context().Err() != nil && !q.TooSlow() {
		panic(http.ErrAbortHandler)
	}
}

// limitOf is how many creators to show: as the form says, else as the query
// says, else the default.
func limitOf(r *http.Request, q *upload.Request) (int, error) {
	value := strings.TrimSpace(q.Limit)
	if value == "" {
		value = r.URL.Query().Get(upload.FieldLimit)
	}
	if value == "" {
		return defaultLimit, nil
	}
	limit, err := strconv.Atoi(value)
	if err != nil || limit < 1 || limit > maxLimit {
		return 0, &upload.Error{
			Kind:    upload.Malformed,
			Field:   upload.FieldLimit,
			Problem: fmt.Sprintf("The number of creators must be a whole number from 1 to %d.", maxLimit),
		}
	}
	return limit, nil
}

// formAgain shows the form as it was sent, with what was wrong with it.
func (h *handler) formAgain(w http.ResponseWriter, r *http.Request, q *upload.Request, err error) {
	p := problemOf(r.Context(), err)
	text, cut := q.Text()
	if p.input == "" && p.kind != creatorsAway && p.kind != creatorsTooSlow && p.kind != creatorsFailed {
		switch q.Source {
		case upload.File:
			p.input = upload.FieldFile
		case upload.Text:
			p.input = upload.FieldData
		}
	}
	if p.place != nil && p.input == upload.FieldData {
		p.place.Excerpt = excerpt(text, p.place.Line, p.place.Column)
	}
	limit := strings.TrimSpace(q.Limit)
	if limit == "" {
		limit = strconv.Itoa(defaultLimit)
	}
	info := h.prepare(w, r, p, err)
	body, err := h.pages.Form(templates.Form{
		MaxUpload: h.maxUpload,
		Limit:     limit,
		MaxLimit:  maxLimit,
		FileName:  q.FileName,
		Text:      text,
		TextCut:   cut,
		Problem:   h.forPage(r, p),
	})
	h.page(w, r, info.status, body, err, forget)
}

// resultOf is the ranking as the page shows it, without where it came from.
func resultOf(done outcome) templates.Result {
	ranking := done.ranking
	result := templates.Result{
		Creators: ranking.CreatorCount,
		Products: ranking.ProductCount,
		HasTime:  ranking.DataSet.HasTime,
		Oldest:   ranking.DataSet.Oldest,
		Newest:   ranking.DataSet.Newest,
		Bytes:    ranking.DataSet.Bytes,
		Took:     done.took,
		Now:      done.began,
		Rows:     make([]templates.Row, len(ranking.Creators)),
	}
	for i, c := range ranking.Creators {
		result.Rows[i] = templates.Row{
			Rank: c.Rank, ID: c.ID, Email: c.Email,
			Products: c.Products, Newest: c.Newest, HasNewest: c.HasNewest,
		}
	}
	return result
}
