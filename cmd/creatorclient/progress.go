package main

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
)

// What --progress can be.
const (
	progressAuto   = "auto"
	progressAlways = "always"
	progressNever  = "never"
)

const (
	// progressBytes is the size from which a data set takes long enough for
	// progress to be of interest.
	progressBytes = 4_000_000

	progressInterval = 100 * time.Millisecond
	progressWidth    = 30 // characters; fewer on a narrow terminal
)

// progress shows how far a call is: the share of the bytes if their number is
// known, bytes, rate, records and the time left.
type progress struct {
	bar   *progressbar.ProgressBar // nil shows nothing
	from  int64                    // bytes
	drawn time.Time
}

// newProgress makes one for size bytes, or -1 if nobody knows how many. Its
// clock runs from now on.
func newProgress(when string, w io.Writer, terminal bool, size int64) *progress {
	p := &progress{}
	if size == 0 { // The library can't show a share of nothing.
		size = -1
	}
	switch {
	case when == progressAlways:
	case when == progressAuto && terminal && size < 0:
		p.from = progressBytes
	case when == progressAuto && terminal && size >= progressBytes:
	default:
		return p
	}
	p.bar = progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(progressWidth),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionSetSpinnerChangeInterval(0), // or it would spin on a goroutine
		progressbar.OptionSpinnerType(14),
		progressbar.OptionClearOnFinish(),
	)
	p.bar.StartWithoutRender()
	return p
}

// update shows the progress.
func (p *progress) update(at creatorsclient.Progress) {
	if p.bar == nil || at.Bytes < p.from || time.Since(p.drawn) < progressInterval {
		return
	}
	p.drawn = time.Now()
	// Each of these draws; with the library's own throttle the second wouldn't.
	p.bar.Describe(thousands(at.Creators+at.Products) + " records")
	// The error is one of writing to standard error, or that a file has grown.
	_ = p.bar.Set64(at.Bytes)
}

// end removes what update has shown.
func (p *progress) end() {
	if p.bar != nil && !p.drawn.IsZero() {
		_ = p.bar.Finish()
	}
}

// thousands writes a number with a comma every three digits.
func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
