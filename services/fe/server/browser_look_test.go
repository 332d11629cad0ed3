//go:build browser

package server_test

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/contrast.js
var contrastScript string

// readme is the picture that the README shows; -update writes it anew.
const readme = "../../../docs/images/result.png"

// sight is a page as someone comes to see it.
type sight struct {
	name string
	see  func(t *testing.T, w *world, b *tab)
	// roles are names and roles that must be there, "main" and the like aside.
	roles []string
}

func sights() []sight {
	form := []string{
		"form: Rank a data set", "spinbutton: How many creators to show", "button: Data set, as a JSON file", "button: Show the ranking",
		"button: Try the example", "heading: Who creates the most?", "region: A small data set", "link: Download the example",
	}
	return []sight{
		{"form", func(_ *testing.T, w *world, b *tab) {
			b.open(w.web)
			b.untilHeading(formHeading)
		}, form},
		{"form-paste", func(_ *testing.T, w *world, b *tab) {
			b.open(w.web)
			b.untilHeading(formHeading)
			b.click("#paste summary")
		}, append(form, "textbox: Data set, as text")},
		{"result", func(_ *testing.T, w *world, b *tab) {
			b.open(w.web)
			b.untilHeading(formHeading)
			b.click(exampleButton)
			b.untilHeading(rankingHeading)
		}, []string{
			"heading: The 10 most active creators", "table: Ranking", "columnheader: Rank", "columnheader: Email", "columnheader: Id",
			"columnheader: Products", "columnheader: Newest product", "link: Download CSV", "link: Download JSON",
			"link: Rank another data set", "list: Download the ranking", "image: Bar chart of products per creator.*", "image: Timeline of the creators' newest products.*",
		}},
		{"result-odd", func(t *testing.T, w *world, b *tab) {
			b.open(w.web)
			b.untilHeading(formHeading)
			long := "a-name-without-end-or-any-place-to-break-it-that-goes-on-and-on-and-on-until-nobody-can-read-it@example.com"
			b.choose(file(t, "a-file-with-a-name-that-is-rather-long-for-a-file-and-for-a-telephone.json", fmt.Appendf(nil, `{
				"Creators": [{"id": %q, "email": %q}, {"id": "2"}, {"id": "3", "email": "مثال@example.com"}, {"id": "4", "email": "<b>bold</b>"}],
				"Products": [{"id": "1", "creatorId": %[1]q, "createTime": "0001-01-01T00:00:00Z"}, {"id": "2", "creatorId": "3", "createTime": "9999-12-31T23:59:59.999999999Z"}, {"id": "3", "creatorId": "4"}]}`, long, long)))
			b.click(submitButton)
			b.untilHeading("The 4 most active creators")
		}, []string{"table: Ranking"}},
		{"result-empty", func(t *testing.T, w *world, b *tab) {
			b.open(w.web)
			b.untilHeading(formHeading)
			b.choose(file(t, "empty.json", []byte("{}")))
			b.click(submitButton)
			b.untilHeading("No creators")
		}, []string{"heading: No creators"}},
		{"bad-file", func(t *testing.T, w *world, b *tab) {
			b.allow("status of 400")
			b.open(w.web)
			b.untilHeading(formHeading)
			b.choose(file(t, "broken.json", example(t, "broken/not_a_time.json")))
			b.click(submitButton)
			b.until("document.querySelector('#problem')")
		}, append(form, "alert: ")},
		{"bad-text", func(t *testing.T, w *world, b *tab) {
			b.allow("status of 400")
			b.open(w.web)
			b.untilHeading(formHeading)
			b.click("#paste summary")
			b.do(chromedp.Focus(chromedp.CSS("#data")))
			_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: string(example(t, "broken/not_a_time.json"))})
			require.NoError(t, err)
			b.click(submitButton)
			b.until("document.querySelector('#problem')")
		}, append(form, "textbox: Data set, as text", "alert: ", "region: The line with the problem")},
		{"not-found", func(_ *testing.T, w *world, b *tab) {
			b.allow("status of 404")
			b.open(w.web + "/nothing")
			b.untilHeading("There is no such page")
		}, []string{"link: Rank a data set"}},
		{"not-allowed", func(_ *testing.T, w *world, b *tab) {
			b.allow("status of 405")
			b.open(w.web + "/activity")
			b.untilHeading("This can't be opened like that")
		}, []string{"link: Rank a data set"}},
		{"api", func(_ *testing.T, w *world, b *tab) {
			b.open(w.web + "/api")
			b.untilHeading("API")
		}, []string{"region: Example request", "region: Example answer", "region: Example error", "columnheader: Status"}},
	}
}

// Every page, on a telephone and on a large screen, by day and by night: it
// fits, its text can be read, and screen readers know what is there.
func TestBrowserSights(t *testing.T) {
	w := newWorld(t, nil)
	for _, s := range sights() {
		t.Run(s.name, func(t *testing.T) {
			b := newTab(t)
			s.see(t, w, b)
			for _, width := range []int64{360, 768, 1280, 1920} {
				for _, scheme := range []scheme{light, dark} {
					b.look(width, 900, scheme)
					where := fmt.Sprintf("%s-%d-%s", s.name, width, scheme)
					shot := b.shot(where)
					require.NotEmpty(t, shot)
					require.Empty(t, eval[[]string](b, tooWide), "wider than the screen: %s", where)
					contrast := eval[struct {
						Found   []string
						Checked int
					}](b, contrastScript)
					require.Empty(t, contrast.Found, where)
					require.Greater(t, contrast.Checked, 10, where)
					if where == "result-1280-light" {
						requireReadme(t, shot)
					}
				}
				requireAccessible(t, b, s)
			}
		})
	}
}

// tooWide lists what reaches beyond the page's right edge, apart from what
// scrolls by itself.
const tooWide = `[...document.querySelectorAll("body *")]
	.filter((el) => !el.closest("pre, .unseen, .skip, title") && el.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
	.map((el) => el.outerHTML.slice(0, 80))`

// requireReadme checks that the README has its picture, or writes it.
func requireReadme(t *testing.T, shot []byte) {
	t.Helper()
	require.Less(t, len(shot), 300_000, "too large for a README")
	if flag.Lookup("update").Value.String() == "true" {
		require.NoError(t, os.WriteFile(readme, shot, 0o644))
	}
	_, err := os.Stat(readme)
	if errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is missing: run go test -tags browser ./services/fe/server -run Sights/result -update", readme)
	}
}

// node is a node of the accessibility tree.
type node struct {
	role, name string
	properties map[string]string
}

func (n node) String() string { return n.role + ": " + n.name }

func tree(ctx context.Context, t *testing.T) []node {
	t.Helper()
	got, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	require.NoError(t, err)
	var nodes []node
	for _, n := range got.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		one := node{role: plain(n.Role), name: plain(n.Name), properties: map[string]string{}}
		for _, p := range n.Properties {
			one.properties[string(p.Name)] = plain(p.Value)
		}
		nodes = append(nodes, one)
	}
	return nodes
}

// plain is a value of the accessibility tree as text.
func plain(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	s := string(v.Value)
	if len(s) > 1 && s[0] == '"' {
		var text string
		if _, err := fmt.Sscanf(s, "%q", &text); err == nil {
			return text
		}
	}
	return s
}

// requireAccessible checks what assistive technology gets of the page.
func requireAccessible(t *testing.T, b *tab, s sight) {
	t.Helper()
	nodes := tree(b.ctx, t)
	landmarks := map[string]int{}
	level := 0
	var all []string
	for _, n := range nodes {
		all = append(all, n.String())
		switch n.role {
		case "main", "banner", "contentinfo", "navigation":
			landmarks[n.role]++
		case "heading":
			var at int
			_, err := fmt.Sscan(n.properties["level"], &at)
			require.NoError(t, err)
			require.LessOrEqual(t, at, level+1, "%s skips a level", n)
			require.NotEmpty(t, n.name)
			level = at
		case "image":
			require.NotEmpty(t, n.name, "an image without a name")
		}
		if n.properties["focusable"] == "true" && n.role != "RootWebArea" && n.role != "main" && n.role != "alert" {
			require.NotEmpty(t, n.name, "%s can have the focus, and has no name", n.role)
		}
	}
	require.Equal(t, map[string]int{"main": 1, "banner": 1, "contentinfo": 1, "navigation": 1}, landmarks)
	for _, want := range s.roles {
		if text, ok := cutSuffix(want, ".*"); ok {
			require.True(t, anyHasPrefix(all, text), "%s is not in %v", want, all)
			continue
		}
		require.Contains(t, all, want)
	}
	if s.name == "result" {
		count := map[string]int{}
		for _, n := range nodes {
			count[n.role]++
		}
		require.Equal(t, []int{1, 11, 5, 50}, []int{count["table"], count["row"], count["columnheader"], count["cell"]},
			"a table at every width: tables, rows, headers, cells")
	}
}

func cutSuffix(s, suffix string) (string, bool) {
	if len(s) < len(suffix) || s[len(s)-len(suffix):] != suffix {
		return s, false
	}
	return s[:len(s)-len(suffix)], true
}

func anyHasPrefix(all []string, prefix string) bool {
	for _, s := range all {
		if len(s) >= len(prefix) && s[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}

// The keyboard alone leads through everything, in the order of the page.
func TestBrowserKeyboard(t *testing.T) {
	w, b := newWorld(t, nil), newTab(t)
	b.open(w.web)
	b.untilHeading(formHeading)
	press := func(key string) {
		t.Helper()
		b.do(chromedp.KeyEvent(key))
	}
	const focused = `(() => { const e = document.activeElement; return e === document.body ? "" : e.id || e.textContent.trim().split("\n")[0]; })()`

	press(kb.Tab)
	require.Equal(t, "Skip to the content", eval[string](b, focused))
	require.GreaterOrEqual(t, eval[float64](b, "document.activeElement.getBoundingClientRect().top"), 0.0, "it comes into sight")
	press(kb.Enter)
	b.until("location.hash === '#main'")
	b.do(chromedp.Evaluate[chromedp.Void]("document.activeElement.blur()"))

	b.open(w.web)
	b.untilHeading(formHeading)
	var order []string
	for range 11 {
		press(kb.Tab)
		order = append(order, eval[string](b, focused))
		require.NotEqual(t, "none", eval[string](b, "getComputedStyle(document.activeElement).outlineStyle"), order)
	}
	require.Equal(t, []string{
		"Skip to the content", "Inventive Weave", "Rank", "API", "limit", "file", "Or paste it",
		"Show the ranking", "Try the example", "{", "Download the example",
	}, order)

	// The data set is typed, and sent by the button.
	b.open(w.web)
	b.untilHeading(formHeading)
	for eval[string](b, focused) != "Or paste it" {
		press(kb.Tab)
	}
	press(kb.Enter)
	press(kb.Tab)
	require.Equal(t, "data", eval[string](b, focused))
	b.do(chromedp.KeyEvent(`{"Creators": [{"id": "typed"}]}`))
	press(kb.Tab)
	require.Equal(t, "Show the ranking", eval[string](b, focused))
	press(" ")
	b.untilHeading("The most active creator")
	require.Contains(t, b.text("table"), "typed")
	press(kb.Tab)
	require.Equal(t, "Rank another data set", eval[string](b, focused), "the focus goes on behind the heading")
	press(kb.Enter)
	b.untilHeading(formHeading)
}
