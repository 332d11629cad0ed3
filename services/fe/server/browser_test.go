//go:build browser

package server_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/services/fe/server"
)

const (
	formHeading    = "Who creates the most?"
	rankingHeading = "The 10 most active creators"
)

// A ranking replaces the form without a reload, and Back leads to the form as
// it was left.
func TestBrowserUploadByTheButton(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.open(w.web)
	b.untilHeading(formHeading)
	eval[bool](b, "window.stillHere = true")
	b.do(chromedp.SetValue(chromedp.CSS("#limit"), "3"))
	b.choose(file(t, "mine.json", example(t, "example1.json")))
	b.click(submitButton)

	b.untilHeading("The 3 most active creators")
	require.True(t, eval[bool](b, "window.stillHere"), "no reload")
	require.Equal(t, "From mine.json", b.text(".source"))
	require.Equal(t, 3, eval[int](b, "document.querySelectorAll('tbody tr').length"))
	require.Equal(t, "/#ranking", eval[string](b, "location.pathname + location.hash"))
	require.Equal(t, "Ranking · Inventive Weave", eval[string](b, "document.title"))
	require.Equal(t, "H1", eval[string](b, "document.activeElement.tagName"), "the focus is at the beginning of what is new")
	require.Equal(t, "Ranking · Inventive Weave", b.text("#live"))

	b.do(chromedp.NavigateBack())
	b.untilHeading(formHeading)
	require.True(t, eval[bool](b, "window.stillHere"))
	require.Equal(t, "3", eval[string](b, "document.querySelector('#limit').value"))
	require.Equal(t, "mine.json", eval[string](b, "document.querySelector('#file').files[0].name"))
	require.Equal(t, "/", eval[string](b, "location.pathname + location.hash"))
	require.False(t, eval[bool](b, "document.querySelector('button.primary').disabled"))

	b.do(chromedp.NavigateForward())
	b.untilHeading("The 3 most active creators")
	require.True(t, eval[bool](b, "window.stillHere"))

	b.do(chromedp.Reload())
	b.untilHeading(formHeading)
	require.Equal(t, "/", eval[string](b, "location.pathname + location.hash"), "a reload has no data set, and says so by the address")
}

func TestBrowserDrop(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.open(w.web)
	b.untilHeading(formHeading)
	path := file(t, "dropped.json", example(t, "example1.json"))
	drag := func(kind string) {
		t.Helper()
		_, err := chromedp.Call(b.ctx, input.DispatchDragEvent, input.DispatchDragEventParams{
			// On the heading: anywhere on the page will do.
			Type: input.DispatchDragEventType(kind), X: 200, Y: 140,
			Data: &input.DragData{Items: []*input.DragDataItem{}, Files: []string{path}, DragOperationsMask: 1},
		})
		require.NoError(t, err)
	}
	drag("dragEnter")
	drag("dragOver")
	b.until("document.documentElement.classList.contains('dragging')")
	b.shot("drag-1280-light")
	drag("drop")
	b.until("document.querySelector('#file').files.length === 1")
	require.False(t, eval[bool](b, "document.documentElement.classList.contains('dragging')"))
	require.Equal(t, "dropped.json chosen", b.text("#live"))
	require.Equal(t, "Show the ranking", eval[string](b, "document.activeElement.textContent"))

	b.click(submitButton)
	b.untilHeading(rankingHeading)
	require.Equal(t, "From dropped.json", b.text(".source"))
}

func TestBrowserPaste(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.open(w.web)
	b.untilHeading(formHeading)
	b.click("#paste summary")
	b.do(chromedp.Focus(chromedp.CSS("#data")))
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: string(example(t, "example2.json"))})
	require.NoError(t, err)
	b.click(submitButton)
	b.until("document.querySelector('.source')?.textContent === 'From pasted text'")
}

func TestBrowserExample(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.open(w.web)
	b.untilHeading(formHeading)
	b.choose(file(t, "mine.json", []byte("not a data set, and not sent")))
	b.click(exampleButton)
	b.untilHeading(rankingHeading)
	require.Equal(t, "From the built-in example", b.text(".source"))
}

// A mistake is shown at its field, and everything stays as it was.
func TestBrowserBadFile(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.allow("status of 400")
	b.open(w.web)
	b.untilHeading(formHeading)
	b.do(chromedp.SetValue(chromedp.CSS("#limit"), "4"))
	b.choose(file(t, "broken.json", example(t, "broken/not_a_time.json")))
	b.click(submitButton)

	b.until("document.querySelector('[data-slot=file] .problem')")
	problem := b.text("#problem")
	require.Contains(t, problem, `"yesterday" is not an RFC 3339 time.`)
	require.Contains(t, problem, "Products[17].createTime")
	require.Regexp(t, `Line\s+\d+\s+Column\s+\d+`, problem)
	require.Regexp(t, `Request [0-9a-f]{32}`, problem)
	require.Equal(t, "broken.json", eval[string](b, "document.querySelector('#file').files[0].name"))
	require.Equal(t, "4", eval[string](b, "document.querySelector('#limit').value"))
	require.Equal(t, "file", eval[string](b, "document.activeElement.id"))
	require.Equal(t, "true", eval[string](b, "document.querySelector('#file').getAttribute('aria-invalid')"))
	require.Contains(t, eval[string](b, "document.querySelector('#file').getAttribute('aria-describedby')"), "problem")
	require.Equal(t, "The data set has a mistake · Inventive Weave", eval[string](b, "document.title"))
	require.True(t, eval[bool](b, "history.length <= 2"), "a mistake is not a page to go back to")

	b.choose(file(t, "good.json", example(t, "example1.json")))
	b.until("!document.querySelector('.problem')")
	b.click(submitButton)
	b.untilHeading("The 4 most active creators")
}

// Text with a mistake, and the place in it.
func TestBrowserBadText(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.allow("status of 400")
	b.open(w.web)
	b.untilHeading(formHeading)
	b.click("#paste summary")
	b.do(chromedp.Focus(chromedp.CSS("#data")))
	const text = "{\"Products\": [\n  {\"id\": 7}\n]}"
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text})
	require.NoError(t, err)
	b.click(submitButton)
	b.until("document.querySelector('[data-slot=data] .problem')")
	require.Equal(t, text, eval[string](b, "document.querySelector('#data').value"))
	require.Equal(t, `{"id": 7}`, eval[string](b, "document.querySelector('.excerpt').textContent"))
	require.Equal(t, "7", eval[string](b, "document.querySelector('.excerpt mark').textContent"))
	require.Equal(t, "data", eval[string](b, "document.activeElement.id"))
}

// A file that is too large is not even sent.
func TestBrowserTooLarge(t *testing.T) {
	w := newWorld(t, func(cfg *server.Config) { cfg.MaxUpload = 1 << 20 })
	b := newTab(t)
	b.open(w.web)
	b.untilHeading(formHeading)
	b.choose(file(t, "large.json", bytes.Repeat([]byte(" "), 3<<19)))
	b.click(submitButton)
	b.until("document.querySelector('[data-slot=file] .problem')")
	require.Equal(t, "The data set is too large\n\nThe file has 1.5 MiB; at most 1 MiB are accepted.", b.text("#problem"))
	require.Equal(t, "file", eval[string](b, "document.activeElement.id"))
}

func TestBrowserNeitherFileNorText(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.allow("status of 400")
	b.open(w.web)
	b.untilHeading(formHeading)
	b.click(submitButton)
	b.until("document.querySelector('[data-slot=form] .problem')")
	require.Contains(t, b.text("#problem"), "no data set")
	require.Equal(t, "problem", eval[string](b, "document.activeElement.id"))
}

func TestBrowserCreatorsAwayAndBack(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.allow("status of 503")
	w.stopCreators()
	require.Eventually(t, func() bool { return strings.Contains(get(t, w.web).body, `id="away"`) }, patience, 50*time.Millisecond)
	b.open(w.web)
	b.untilHeading(formHeading)
	b.choose(file(t, "mine.json", example(t, "example1.json")))
	b.click(submitButton)
	b.until("document.querySelector('[data-slot=form] .problem')")
	require.Contains(t, b.text("#problem"), "The ranking service is away")
	for _, s := range []scheme{light, dark} {
		b.look(1280, 900, s)
		b.shot("away-1280-" + string(s))
	}
	require.Equal(t, "mine.json", eval[string](b, "document.querySelector('#file').files[0].name"))

	w.startCreators(t)
	b.until("!document.querySelector('#away')")
	require.Equal(t, "The ranking service is back", b.text("#live"))
	b.click(submitButton)
	b.untilHeading(rankingHeading)
}

// An upload shows how far it is, and can be cancelled.
func TestBrowserProgress(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.open(w.web)
	b.untilHeading(formHeading)
	throttle := func(bytesPerSecond float64) {
		t.Helper()
		_, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: bytesPerSecond}},
		})
		require.NoError(t, err)
	}
	throttle(200 << 10)
	data := append(example(t, "example1.json"), bytes.Repeat([]byte(" \n"), 2<<20)...)
	b.choose(file(t, "slow.json", data))
	b.click(submitButton)
	b.until("document.querySelector('#progress').value > 0")
	require.Regexp(t, `^\d+% of 4 MiB`, b.text(".progress p"))
	require.True(t, eval[bool](b, "document.querySelector('button.primary').disabled"))
	require.Equal(t, "Cancel", eval[string](b, "document.activeElement.textContent"))
	b.shot("progress-1280-light")
	b.click("[data-cancel]")
	b.until("document.querySelector('.progress').hidden")
	require.Equal(t, "Cancelled", b.text("#live"))
	require.Equal(t, "Show the ranking", eval[string](b, "document.activeElement.textContent"))
	require.Equal(t, "slow.json", eval[string](b, "document.querySelector('#file').files[0].name"))

	throttle(-1)
	b.click(submitButton)
	b.untilHeading(rankingHeading)
}

// Whatever stands in a data set, nothing of it runs.
func TestBrowserScriptInTheData(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	const attack = `<img src=x onerror=window.pwned=1><script>window.pwned=1</script>`
	data := fmt.Sprintf(`{"Creators": [{"id": %q, "email": %q}, {"id": "2", "email": "javascript:window.pwned=1@x"}],
		"Products": [{"id": %[1]q, "creatorId": %[1]q, "createTime": "2023-04-06T19:01:59Z"}]}`, attack, attack)
	for _, script := range []bool{true, false} {
		if !script {
			b.withoutScript()
		}
		b.open(w.web)
		b.untilHeading(formHeading)
		b.choose(file(t, "onerror=window.pwned=1><script>.json", []byte(data)))
		b.click(submitButton)
		b.untilHeading("The 2 most active creators")
		require.Contains(t, b.text("table"), attack)
		require.False(t, eval[bool](b, "'pwned' in window"))
		require.Equal(t, "mailto:javascript%3Awindow.pwned%3D1@x", eval[string](b, "document.querySelector('tbody tr:last-child a').getAttribute('href')"))
	}
}

// The links hold the files, with and without scripts.
func TestBrowserDownloads(t *testing.T) {
	for _, name := range []string{"with script", "without script"} {
		t.Run(name, func(t *testing.T) {
			w, b := newWorld(t, nil), newTab(t)
			if name == "without script" {
				b.withoutScript()
			}
			b.open(w.web)
			b.untilHeading(formHeading)
			b.click(exampleButton)
			b.untilHeading(rankingHeading)
			folder := t.TempDir()
			_, err := chromedp.Call(b.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
				Behavior: "allow", DownloadPath: folder,
				BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
			})
			require.NoError(t, err)
			for file, want := range map[string]string{
				"ranking.csv":  "rank,id,email,products,newest_product\r\n1,",
				"ranking.json": `{` + "\n" + `  "creators": [`,
			} {
				b.click(fmt.Sprintf("a[download=%q]", file))
				require.Eventually(t, func() bool {
					got, err := os.ReadFile(filepath.Join(folder, file))
					return err == nil && strings.HasPrefix(string(got), want)
				}, patience, 20*time.Millisecond, file)
			}
		})
	}
}

// All of it works without scripts, through plain forms.
func TestBrowserWithoutScript(t *testing.T) {
	w := newWorld(t, func(cfg *server.Config) { cfg.MaxUpload = 1 << 20 })
	b := newTab(t)
	b.allow("status of 400")
	b.allow("status of 413")
	b.withoutScript()
	b.open(w.web)
	b.untilHeading(formHeading)
	require.Equal(t, "Up to 1 MiB.", b.text("#file-hint"), "nothing is promised that needs a script")

	b.do(chromedp.SetValue(chromedp.CSS("#limit"), "3"))
	b.choose(file(t, "mine.json", example(t, "example1.json")))
	b.click(submitButton)
	b.untilHeading("The 3 most active creators")
	require.Equal(t, "/activity", eval[string](b, "location.pathname"))

	b.click(".heading-actions a")
	b.untilHeading(formHeading)
	b.click("#paste summary")
	b.do(chromedp.Focus(chromedp.CSS("#data")))
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: "{]"})
	require.NoError(t, err)
	b.do(chromedp.SetValue(chromedp.CSS("#limit"), "7"))
	b.click(submitButton)
	b.until("document.querySelector('#problem')")
	require.Equal(t, "{]", eval[string](b, "document.querySelector('#data').value"))
	require.Equal(t, "7", eval[string](b, "document.querySelector('#limit').value"))
	require.Equal(t, "data", eval[string](b, "document.activeElement.id"))

	b.click(exampleButton)
	b.untilHeading("The 7 most active creators")

	// Far more than the sockets' buffers hold: the answer is heard all the same.
	b.open(w.web)
	b.untilHeading(formHeading)
	b.choose(file(t, "large.json", bytes.Repeat([]byte(" "), 64<<20)))
	b.click(submitButton)
	b.until("document.querySelector('#problem')")
	require.Contains(t, b.text("#problem"), "At most 1 MiB are accepted.")
	require.Contains(t, b.text(".refile"), "Choose large.json again")
}
