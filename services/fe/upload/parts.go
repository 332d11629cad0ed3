package upload

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxBlank is how much white space is looked through for a data set.
const maxBlank = 64 << 10

// mediaType returns the type of a Content-Type header without its parameters,
// and the boundary among them. It is "" for a header that makes no sense.
func mediaType(header string) (kind, boundary string) {
	kind, params, err := mime.ParseMediaType(header)
	if err != nil {
		return "", ""
	}
	return kind, params["boundary"]
}

// parts are the parts of a multipart form.
type parts struct {
	reader *multipart.Reader
	seen   int
	err    error // how they ended
}

func newParts(r io.Reader, boundary string) *parts {
	return &parts{reader: multipart.NewReader(r, boundary)}
}

// next returns the next part, or io.EOF, to which it sticks.
func (p *parts) next() (*multipart.Part, error) {
	if p.err != nil {
		return nil, p.err
	}
	if p.seen++; p.seen > maxParts {
		p.err = fmt.Errorf("more than %d parts", maxParts)
		return nil, p.err
	}
	part, err := p.reader.NextPart()
	p.err = err
	return part, err
}

// openParts reads the form up to its data set.
func (q *Request) openParts() error {
	for {
		part, err := q.parts.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return q.malformed()
		}
		if err := q.openPart(part); err != nil {
			return err
		}
		if q.data != nil {
			return nil
		}
	}
}

// openPart reads one part, or makes it the data set.
func (q *Request) openPart(part *multipart.Part) error {
	switch part.FormName() {
	case FieldLimit:
		return q.readLimit(part)
	case FieldFile:
		content, blank, err := peek(part)
		if err != nil {
			return q.malformed()
		}
		// Browsers send a file without a name and content when none is chosen.
		if name := part.FileName(); name != "" || !blank {
			q.Source, q.FileName = File, cleanName(name)
			q.data = &recorder{r: content}
		}
	case FieldData:
		content, blank, err := peek(part)
		if err != nil {
			return q.malformed()
		}
		if !blank {
			q.Source = Text
			q.data = &recorder{r: io.TeeReader(content, &q.text)}
		}
	}
	return nil
}

// finishParts reads the parts behind the data set.
func (q *Request) finishParts() *Error {
	if q.data != nil {
		// What is left of the data set itself, so that text is kept in full.
		if _, err := io.Copy(io.Discard, q.data); err != nil {
			return nil // Err tells
		}
	}
	var late *Error
	for {
		part, err := q.parts.next()
		if err == io.EOF {
			return late
		}
		if err != nil {
			if q.body.err != nil || late != nil {
				return late
			}
			return q.malformed()
		}
		if problem := q.finishPart(part); problem != nil && late == nil {
			late = problem
		}
	}
}

// finishPart looks at a part that came behind the data set.
func (q *Request) finishPart(part *multipart.Part) *Error {
	name := part.FormName()
	if q.data == nil {
		// Reading stopped at an error before there was a data set.
		if name == FieldData {
			_, _ = io.Copy(&q.text, part)
		} else if name == FieldFile {
			q.FileName = cleanName(part.FileName())
		}
		return nil
	}
	switch name {
	case FieldLimit:
		return &Error{Kind: Malformed, Field: FieldLimit, Problem: "The number of creators must come before the data set, which is ranked as it arrives."}
	case FieldFile, FieldData:
		content, blank, err := peek(part)
		if err != nil || (blank && part.FileName() == "") {
			return nil
		}
		if q.Source == File && name == FieldData {
			q.extra = true
			_, _ = io.Copy(&q.text, content)
			return nil
		}
		return &Error{Kind: Malformed, Problem: "The form holds more than one data set. Send one at a time."}
	}
	return nil
}

// malformed is the error of a form that can't be read, unless the body itself
// is to blame.
func (q *Request) malformed() *Error {
	var e *Error
	if err := q.body.failure(); errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Malformed, Problem: "The form could not be read."}
}

func (q *Request) readLimit(r io.Reader) error {
	value, err := io.ReadAll(io.LimitReader(r, maxField+1))
	if err != nil {
		return q.malformed()
	}
	q.Limit = string(bytes.ToValidUTF8(value, []byte("\ufffd")))
	return nil
}

// peek tells whether r is blank, and returns a reader of the same content.
func peek(r io.Reader) (content io.Reader, blank bool, err error) {
	var head bytes.Buffer
	buf := make([]byte, 4096)
	for head.Len() < maxBlank {
		n, err := r.Read(buf)
		head.Write(buf[:n])
		if len(bytes.TrimSpace(buf[:n])) > 0 {
			return io.MultiReader(&head, r), false, nil
		}
		if err == io.EOF {
			return &head, true, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	return io.MultiReader(&head, r), false, nil
}

// openForm reads a form that is not multipart. Only its first maxForm bytes are
// looked at, and a field that goes beyond them is as if it were not there.
func (q *Request) openForm() error {
	raw, err := io.ReadAll(io.LimitReader(q.body, maxForm+1))
	if err != nil {
		return q.malformed()
	}
	cut := len(raw) > maxForm
	if cut {
		raw = raw[:max(0, bytes.LastIndexByte(raw, '&'))]
	}
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return q.malformed()
	}
	q.Limit = values.Get(FieldLimit)
	if len(q.Limit) > maxField {
		q.Limit = q.Limit[:maxField]
	}
	q.Limit = strings.ToValidUTF8(q.Limit, "\ufffd")
	text := values.Get(FieldData)
	if strings.TrimSpace(text) != "" {
		q.Source = Text
		q.data = &recorder{r: io.TeeReader(strings.NewReader(text), &q.text)}
	}
	q.long = cut
	return nil
}

// cleanName makes a file's name fit to be shown.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "\ufffd")
	if utf8.RuneCountInString(name) > maxFileName {
		name = string([]rune(name)[:maxFileName-1]) + "…"
	}
	return name
}
