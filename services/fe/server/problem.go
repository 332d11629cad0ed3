package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/logging"
	"github.com/inventive-weave/inventive-weave/services/fe/templates"
	"github.com/inventive-weave/inventive-weave/services/fe/upload"
)

// problem is what a visitor is told.
type problem struct {
	kind   kind
	detail string // instead of the kind's own
	input  string // the form's field that it belongs to; "" is the whole form
	place  *templates.Place
	fields []templates.FieldProblem
}

func (p problem) text() string {
	if p.detail != "" {
		return p.detail
	}
	return p.kind.info().detail
}

// errStalled is the cause that ends a call which creators keeps waiting.
var errStalled = fmt.Errorf("creators did not go on in time: %w", context.DeadlineExceeded)

// problemOf turns an error into what the visitor is told. Nothing of an error
// reaches the visitor but what was written for them: the problems of package
// upload, those of package dataset, and the details of INVALID_ARGUMENT.
func problemOf(ctx context.Context, err error) problem {
	var bad *problemError
	if errors.As(err, &bad) {
		return bad.problem
	}
	var request *upload.Error
	if errors.As(err, &request) {
		return ofRequest(request)
	}
	var data *dataset.Error
	if errors.As(err, &data) {
		return problem{
			kind:   badDataSet,
			detail: sentence(data.Problem),
			place:  &templates.Place{Line: int64(data.Line), Column: int64(data.Column), Field: data.Path},
		}
	}
	if cause := context.Cause(ctx); errors.Is(cause, errStalled) {
		return problem{kind: creatorsTooSlow}
	}
	var s interface{ GRPCStatus() *status.Status }
	if errors.As(err, &s) {
		return ofStatus(s.GRPCStatus())
	}
	return problem{kind: creatorsFailed}
}

func ofRequest(e *upload.Error) problem {
	p := problem{detail: e.Problem, input: e.Field}
	switch e.Kind {
	case upload.Malformed:
		p.kind = badRequest
	case upload.MediaType:
		p.kind = unsupported
	case upload.TooLarge:
		p.kind = tooLarge
		p.detail = "At most " + templates.Bytes(e.Limit) + " are accepted."
	case upload.TooSlow:
		p.kind, p.detail = tooSlow, ""
	}
	return p
}

func ofStatus(s *status.Status) problem {
	switch s.Code() {
	case codes.InvalidArgument:
		p := problem{kind: badDataSet}
		for _, d := range s.Details() {
			if bad, ok := d.(*errdetails.BadRequest); ok {
				for _, v := range bad.GetFieldViolations() {
					p.fields = append(p.fields, templates.FieldProblem{Field: inDataSet(v.GetField()), Problem: inDataSet(v.GetDescription())})
				}
			}
		}
		if len(p.fields) == 1 {
			p.detail = sentence(p.fields[0].Problem)
			p.place = &templates.Place{Field: p.fields[0].Field}
			p.fields = nil
		}
		return p
	case codes.ResourceExhausted:
		return problem{kind: tooLarge, detail: "It, or its ranking, is larger than the ranking service takes. Show fewer creators, or split it."}
	case codes.Unavailable:
		return problem{kind: creatorsAway}
	case codes.DeadlineExceeded:
		return problem{kind: creatorsTooSlow}
	default:
		return problem{kind: creatorsFailed}
	}
}

// inDataSet gives fields of creators' API the names that they have in a data
// set, where visitors look for them.
func inDataSet(s string) string {
	return strings.NewReplacer(
		"creators[", "Creators[", "products[", "Products[",
		".creator_id", ".creatorId", ".create_time", ".createTime",
	).Replace(s)
}

// sentence makes a message of a package into one for a page.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// problemError is a problem on its way to the answer, with its cause for the
// log.
type problemError struct {
	problem
	cause error
}

func (e *problemError) Error() string { return e.cause.Error() }
func (e *problemError) Unwrap() error { return e.cause }

// prepare logs a problem of ours and sets the headers that go with it.
func (h *handler) prepare(w http.ResponseWriter, r *http.Request, p problem, err error) kindInfo {
	info := p.kind.info()
	if info.status >= 500 && err != nil {
		h.log.WarnContext(r.Context(), "request failed", "problem", info.name, "error", err.Error())
	}
	if p.kind == creatorsAway {
		w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	}
	if p.kind == tooSlow {
		w.Header().Set("Connection", "close")
	}
	return info
}

// fail answers a request that has no form to show the problem in.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, p problem) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		h.failAPI(w, r, p, nil)
		return
	}
	info := h.prepare(w, r, p, nil)
	body, err := h.pages.Failure(templates.Failure{Problem: *h.forPage(r, p)})
	h.page(w, r, info.status, body, err, forget)
}

// forPage is the problem as pages show it.
func (h *handler) forPage(r *http.Request, p problem) *templates.Problem {
	info := p.kind.info()
	input := p.input
	if input == "" {
		input = "form"
	}
	return &templates.Problem{
		Status:    info.status,
		Title:     info.title,
		Detail:    p.text(),
		Input:     input,
		Place:     p.place,
		Fields:    p.fields,
		RequestID: logging.RequestID(r.Context()),
	}
}

// problemJSON is a problem as RFC 9457 has it, with members of our own.
type problemJSON struct {
	Type      string             `json:"type"`
	Title     string             `json:"title"`
	Status    int                `json:"status"`
	Detail    string             `json:"detail"`
	Line      int64              `json:"line,omitempty"`
	Column    int64              `json:"column,omitempty"`
	Field     string             `json:"field,omitempty"`
	Fields    []fieldProblemJSON `json:"fields,omitempty"`
	RequestID string             `json:"request_id,omitempty"`
}

type fieldProblemJSON struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// failAPI answers a program's request with a problem.
func (h *handler) failAPI(w http.ResponseWriter, r *http.Request, p problem, err error) {
	info := h.prepare(w, r, p, err)
	h.json(w, r, info.status, "application/problem+json", forProgram(p, logging.RequestID(r.Context())))
}

func forProgram(p problem, requestID string) problemJSON {
	info := p.kind.info()
	v := problemJSON{
		Type:      "/api#" + info.name,
		Title:     info.title,
		Status:    info.status,
		Detail:    p.text(),
		Field:     p.input,
		RequestID: requestID,
	}
	if p.place != nil {
		v.Line, v.Column, v.Field = p.place.Line, p.place.Column, p.place.Field
	}
	for _, f := range p.fields {
		v.Fields = append(v.Fields, fieldProblemJSON{f.Field, f.Problem})
	}
	return v
}
