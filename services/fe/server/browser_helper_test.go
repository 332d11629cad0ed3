//go:build browser

package server_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// screenshots is where screenshots go, Bazel's folder for a test's outputs
// unless said otherwise.
var screenshots = flag.String("out", os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR"), "`folder` for screenshots; none are kept without one")

// browserTimeout bounds one test, and patience one wait in it.
const (
	browserTimeout = 2 * time.Minute
	patience       = 20 * time.Second
)

// chromium starts one browser for all tests, on first use.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("the browser tests need Debian's chromium: %w", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.Flag("lang", "en-GB"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's does not work for root
	}
	// Ends with the process, which is the last to need it.
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(ctx)
	return ctx, chromedp.Do(ctx)
})

// tab is a page in the browser, with cookies, history and cache of its own.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	messages []string // warnings and errors on the console
	allowed  []string // pieces of those that belong to the test
}

// scheme is what the visitor's system prefers.
type scheme string

const (
	light scheme = "light"
	dark  scheme = "dark"
)

// newTab opens a tab. The test fails if a page of it writes a warning or an
// error to the console.
func newTab(t *testing.T) *tab {
	t.Helper()
	parent, err := chromium()
	require.NoError(t, err)
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, browserTimeout)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	b.look(1280, 900, light)

	console := chromedp.Console(ctx)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() {
				b.mu.Lock()
				b.messages = append(b.messages, m.String()+" "+m.URL)
				b.mu.Unlock()
			}
		}
	}()
	t.Cleanup(b.requireQuietConsole)
	return b
}

// allow lets messages with this piece be on the console, such as the one that
// browsers write for each answer with an error's status.
func (b *tab) allow(piece string) { b.allowed = append(b.allowed, piece) }

func (b *tab) requireQuietConsole() {
	b.t.Helper()
	// The messages of the page so far come before the answer to this.
	_, _ = chromedp.Run(b.ctx, chromedp.Evaluate[int]("0"))
	b.mu.Lock()
	defer b.mu.Unlock()
next:
	for _, m := range b.messages {
		for _, piece := range b.allowed {
			if strings.Contains(m, piece) {
				continue next
			}
		}
		b.t.Errorf("on the console: %s", m)
	}
}

// do runs actions without a result.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, a := range actions {
		_, err := chromedp.Run(b.ctx, a)
		require.NoError(b.t, err)
	}
}

// look sets the size of the window and the scheme.
func (b *tab) look(width, height int64, s scheme) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: string(s)},
			// Contrast is measured at once, and not on the way to a colour.
			{Name: "prefers-reduced-motion", Value: "reduce"},
		},
	})
	require.NoError(b.t, err)
}

// withoutScript turns the page's scripts off.
func (b *tab) withoutScript() {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(b.t, err)
}

// open goes to an address.
func (b *tab) open(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
}

// eval is the value of an expression in the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return v
}

// until waits for an expression to be true, over navigations too.
func (b *tab) until(expression string) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			b.shot("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
			require.Failf(b.t, "it did not come true", "%s\nlast error: %v\nthe page reads: %s", expression, err, b.text("body"))
		}
		time.Sleep(25 * time.Millisecond)
	}
}

// text is what can be read in an element, "" when there is none.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// untilHeading waits for the page's heading.
func (b *tab) untilHeading(want string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.readyState === 'complete' && document.querySelector('h1')?.textContent === %q", want))
}

// choose chooses a file, as the dialogue of the button does.
func (b *tab) choose(path string) {
	b.t.Helper()
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{path}))
}

// click clicks an element.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

const (
	submitButton  = "button.primary"
	exampleButton = "button[formaction]"
)

// shot keeps a screenshot of the whole page, and returns it.
func (b *tab) shot(name string) []byte {
	b.t.Helper()
	size, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]float64]("[document.documentElement.clientWidth, document.documentElement.scrollHeight]"))
	require.NoError(b.t, err)
	beyond := true
	got, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Clip:                  &page.Viewport{Width: size[0], Height: size[1], Scale: 1},
		CaptureBeyondViewport: &beyond,
	})
	require.NoError(b.t, err)
	if *screenshots != "" {
		require.NoError(b.t, os.MkdirAll(*screenshots, 0o755))
		require.NoError(b.t, os.WriteFile(filepath.Join(*screenshots, name+".png"), got.Data, 0o644))
	}
	return got.Data
}

// file writes a file for the browser to choose.
func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}
