package templates

import (
	"html/template"
	"time"
)

// Form is the page with the form, empty or as it was sent.
type Form struct {
	// MaxUpload is the largest request that is accepted, in bytes.
	MaxUpload int64
	// Limit is the number of creators to show, as the visitor wrote it.
	Limit string
	// MaxLimit is the largest number that is accepted.
	MaxLimit int
	// FileName is the file that was sent and could not be ranked, or "".
	FileName string
	// Text is the pasted text, or its beginning when TextCut is set.
	Text    string
	TextCut bool
	// Away says that the creators service can't be reached.
	Away bool
	// Problem is what was wrong with the form, or nil.
	Problem *Problem
}

// Section names the page's place in the navigation.
func (Form) Section() string { return "rank" }

// Title is the page's title. One that begins with the problem is the first
// thing that a screen reader says.
func (f Form) Title() string {
	if f.Problem != nil {
		return f.Problem.Title
	}
	return "Rank creators"
}

// ProblemFor returns the problem when it belongs to the named field, where
// "form" is the form as a whole, and nil otherwise.
func (f Form) ProblemFor(field string) *Problem {
	if f.Problem == nil || f.Problem.Input != field {
		return nil
	}
	return f.Problem
}

// Problem tells a visitor what went wrong.
type Problem struct {
	// Status is the answer's status code.
	Status int
	// Title says what is wrong in a few words, Detail in a sentence or two.
	Title, Detail string
	// Input is the form's field that it belongs to: "limit", "file" or "data",
	// or "form" for the form as a whole.
	Input string
	// Place is where in the data set the problem is. nil when it has none.
	Place *Place
	// Fields lists problems of single fields, without a place in the text.
	Fields []FieldProblem
	// RequestID identifies the request in the logs.
	RequestID string
}

// Place is a place in a data set.
type Place struct {
	// Line and Column count from 1; 0 is unknown.
	Line, Column int64
	// Field names the value, as in Products[17].createTime. May be empty.
	Field string
	// Excerpt is the line around the place. nil when the text is not at hand.
	Excerpt *Excerpt
}

// Excerpt is a piece of a line, in three parts with the place in the middle.
type Excerpt struct {
	Before, At, After string
}

// FieldProblem is what is wrong with one field.
type FieldProblem struct {
	Field, Problem string
}

// Result is a ranking.
type Result struct {
	// Source is what was ranked, in words or as a file name.
	Source string
	// TextIgnored says that text was pasted beside a file and not ranked.
	TextIgnored bool
	// Creators and Products count what the ranking was made from.
	Creators, Products int64
	// Oldest and Newest bound the products' create times, if HasTime is set.
	HasTime        bool
	Oldest, Newest time.Time
	// Bytes is the size of the data set.
	Bytes int64
	// Took is the time from the first byte to the ranking.
	Took time.Duration
	// Now is the time of the request, which "3 days ago" counts from.
	Now time.Time
	// Rows are the creators, the most active one first.
	Rows []Row
	// Downloads are the same rows in other formats.
	Downloads []Download
	// DownloadsLeft says that a format is missing because it is too long.
	DownloadsLeft bool
}

// Section names the page's place in the navigation.
func (Result) Section() string { return "rank" }

// Title is the page's title.
func (Result) Title() string { return "Ranking" }

// Leader is the creator that the page names first, or nil when none has made
// anything.
func (r Result) Leader() *Row {
	if len(r.Rows) == 0 || r.Rows[0].Products == 0 {
		return nil
	}
	return &r.Rows[0]
}

// Row is one creator of a ranking.
type Row struct {
	Rank      int
	ID, Email string
	Products  int64
	Newest    time.Time
	HasNewest bool
}

// Name is what charts call the creator: the email or, when it has none, the id.
func (r Row) Name() string {
	if r.Email != "" {
		return r.Email
	}
	return r.ID
}

// Download is a ranking as a link that holds the whole file, because the
// server keeps nothing to link to.
type Download struct {
	// Format is the format's name, Name the file's.
	Format, Name string
	// URL is a data: URL made by the server from its own encoding.
	URL template.URL
}

// Failure is a page that is nothing but an error.
type Failure struct {
	Problem Problem
}

// Section names the page's place in the navigation, which it has none of.
func (Failure) Section() string { return "" }

// Title is the page's title.
func (f Failure) Title() string { return f.Problem.Title }

// API is the description of the JSON API.
type API struct {
	// MaxUpload is the largest request that is accepted, in bytes.
	MaxUpload int64
	// MaxLimit and DefaultLimit bound and set the number of creators returned.
	MaxLimit, DefaultLimit int64
	// Answer and Error are an example of each, as sent.
	Answer, Error string
	// Problems are the errors that the API gives.
	Problems []APIProblem
}

// APIProblem is one kind of error.
type APIProblem struct {
	// Name identifies it; it is the fragment of the problem's type.
	Name   string
	Status int
	// When says what leads to it.
	When string
}

// Section names the page's place in the navigation.
func (API) Section() string { return "api" }

// Title is the page's title.
func (API) Title() string { return "API" }
