package chart_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/services/fe/chart"
)

func TestBars(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		products []int64
		want     []string
	}{
		{"none", nil, []string{}},
		{"one", []int64{7}, []string{"100%"}},
		{"falling", []int64{8, 5, 2}, []string{"100%", "62.5%", "25%"}},
		{"with thirds", []int64{3, 1}, []string{"100%", "33.33%"}},
		{"tiny beside large", []int64{100_000, 1, 0}, []string{"100%", "0.6%", "0%"}},
		{"without products", []int64{0, 0}, []string{"0%", "0%"}},
		{"huge", []int64{1 << 62, 1 << 61}, []string{"100%", "50%"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var items []chart.Item
			for i, n := range tt.products {
				items = append(items, chart.Item{Rank: i + 1, Name: "c", Products: n})
			}
			got := []string{}
			for _, row := range chart.NewBars(items).Rows {
				got = append(got, row.Length.String())
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestBarsRowsDoNotOverlap(t *testing.T) {
	t.Parallel()
	c := chart.NewBars(creators(5))
	for i, row := range c.Rows {
		require.Less(t, row.TextY, row.BarY)
		if i > 0 {
			above := c.Rows[i-1]
			require.Greater(t, row.TextY-14, above.BarY+above.BarHeight, "text is 14 pixels high")
		}
	}
	last := c.Rows[len(c.Rows)-1]
	require.Equal(t, last.BarY+last.BarHeight, c.Height)
}

func TestChartsShowTheFirstCreators(t *testing.T) {
	t.Parallel()
	bars, timeline := chart.NewBars(creators(chart.MaxItems+7)), chart.NewTimeline(creators(chart.MaxItems+7))
	require.Len(t, bars.Rows, chart.MaxItems)
	require.Len(t, timeline.Rows, chart.MaxItems)
	require.Equal(t, 7, bars.Left)
	require.Equal(t, 7, timeline.Left)
	require.Equal(t, 1, bars.Rows[0].Rank)

	bars = chart.NewBars(creators(chart.MaxItems))
	require.Len(t, bars.Rows, chart.MaxItems)
	require.Zero(t, bars.Left)
}

func TestLabelsAreCut(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, label, want string }{
		{"short", "ada@example.com", "ada@example.com"},
		{"just fits", strings.Repeat("x", 34), strings.Repeat("x", 34)},
		{"too long", strings.Repeat("x", 35), strings.Repeat("x", 33) + "…"},
		{"of wide characters", strings.Repeat("字", 35), strings.Repeat("字", 33) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			items := []chart.Item{{Rank: 1, Name: tt.label, Products: 1}}
			row := chart.NewBars(items).Rows[0]
			require.Equal(t, tt.want, row.Label)
			require.Equal(t, tt.label, row.Name, "the whole name stays for the tooltip")
			dot := chart.NewTimeline(items).Rows[0]
			require.LessOrEqual(t, utf8.RuneCountInString(dot.Label), 28)
			require.True(t, utf8.ValidString(dot.Label))
		})
	}
}

func creators(n int) []chart.Item {
	items := make([]chart.Item, n)
	for i := range items {
		items[i] = chart.Item{Rank: i + 1, Name: fmt.Sprintf("creator%d@example.com", i+1), Products: int64(n - i)}
	}
	return items
}
