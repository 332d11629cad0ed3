package chart_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/inventive-weave/inventive-weave/services/fe/chart"
)

func TestTimeline(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		newest    []string // empty is none
		wantX     []string
		wantTicks []string
	}{
		{"nothing", nil, nil, nil},
		{"no times", []string{"", ""}, []string{"0%", "0%"}, nil},
		{
			"one instant",
			[]string{"2023-04-06T19:01:59.752Z", "2023-04-06T21:01:59.752+02:00", ""},
			[]string{"50%", "50%", "0%"},
			[]string{"50% middle 6 Apr 2023 19:01:59.752"},
		},
		{
			"months",
			[]string{"2023-06-01T00:00:00Z", "2023-03-01T00:00:00Z", "2023-04-16T00:00:00Z"},
			[]string{"97%", "3%", "50%"},
			[]string{"3% start Mar 2023", "34.67% middle Apr 2023", "65.33% middle May 2023", "97% end Jun 2023"},
		},
		{
			"seconds",
			[]string{"2023-04-06T19:01:59.5Z", "2023-04-06T19:02:01.5Z"},
			[]string{"3%", "97%"},
			[]string{"26.5% middle 19:02:00", "73.5% middle 19:02:01"},
		},
		{
			"less than a tick",
			[]string{"2023-04-06T19:01:59.1Z", "2023-04-06T19:01:59.2Z"},
			[]string{"3%", "97%"},
			[]string{"3% start 6 Apr 2023 19:01:59.1"},
		},
		{
			"across a day",
			[]string{"2023-04-06T19:00:00Z", "2023-04-07T07:00:00Z"},
			[]string{"3%", "97%"},
			[]string{"42.17% middle 7 Apr 00:00", "89.17% end 7 Apr 06:00"},
		},
		{
			"all of time",
			[]string{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"},
			[]string{"3%", "97%"},
			[]string{"21.79% middle 2000", "40.59% middle 4000", "59.4% middle 6000", "78.2% middle 8000"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var items []chart.Item
			for i, newest := range tt.newest {
				item := chart.Item{Rank: i + 1}
				if newest != "" {
					var err error
					item.Newest, err = time.Parse(time.RFC3339Nano, newest)
					require.NoError(t, err)
					item.HasNewest = true
				}
				items = append(items, item)
			}
			c := chart.NewTimeline(items)
			var gotX, gotTicks []string
			for _, d := range c.Rows {
				gotX = append(gotX, d.X.String())
			}
			for _, tick := range c.Ticks {
				gotTicks = append(gotTicks, tick.X.String()+" "+tick.Anchor+" "+tick.Label)
			}
			require.Equal(t, tt.wantX, gotX)
			require.Equal(t, tt.wantTicks, gotTicks)
		})
	}
}

func TestTimelineOfAnything(t *testing.T) {
	t.Parallel()
	const first, last = -62135596800, 253402300799 // the years 1 to 9999
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Int64Range(first, last).Draw(t, "base")
		spread := rapid.SampledFrom([]int64{1, 60, 3600, 86400, 40 * 86400, 400 * 86400, 1e9, 3e11}).Draw(t, "spread")
		n := rapid.IntRange(1, 30).Draw(t, "n")
		items := make([]chart.Item, n)
		for i := range items {
			s := min(last, base+rapid.Int64Range(0, spread).Draw(t, "offset"))
			items[i] = chart.Item{
				Rank: i + 1, HasNewest: rapid.Bool().Draw(t, "has"),
				Newest: time.Unix(s, rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")),
			}
		}
		c := chart.NewTimeline(items)
		timed := false
		for i, d := range c.Rows {
			require.Equal(t, items[i].Rank, d.Rank)
			if !d.HasNewest {
				continue
			}
			timed = true
			require.GreaterOrEqual(t, float64(d.X), 3.0)
			require.LessOrEqual(t, float64(d.X), 97.0)
			for _, other := range c.Rows {
				if other.HasNewest && other.Newest.Before(d.Newest) {
					require.LessOrEqual(t, float64(other.X), float64(d.X), "order in time is order from left to right")
				}
			}
		}
		if !timed {
			require.Empty(t, c.Ticks)
			return
		}
		require.NotEmpty(t, c.Ticks)
		require.LessOrEqual(t, len(c.Ticks), 4)
		end := 0.0
		for _, tick := range c.Ticks {
			require.NotEmpty(t, tick.Label)
			require.GreaterOrEqual(t, float64(tick.X), 0.0)
			require.LessOrEqual(t, float64(tick.X), 100.0)
			width := 2.2 * float64(len(tick.Label))
			begin := map[string]float64{"start": 0, "middle": width / 2, "end": width}[tick.Anchor]
			require.GreaterOrEqual(t, float64(tick.X)-begin, end, "labels run into each other: %v", c.Ticks)
			end = float64(tick.X) - begin + width
			require.LessOrEqual(t, end, 100.0)
		}
	})
}

func TestTimelineRowsStandBesideTheBars(t *testing.T) {
	t.Parallel()
	items := creators(4)
	items[0].HasNewest, items[0].Newest = true, time.Unix(0, 0)
	bars, timeline := chart.NewBars(items), chart.NewTimeline(items)
	for i := range items {
		require.Equal(t, bars.Rows[i].TextY, timeline.Rows[i].TextY)
	}
	require.Less(t, timeline.Rows[3].Y+timeline.Rows[3].Radius, timeline.AxisY)
	require.Greater(t, timeline.Height, timeline.AxisY)
}
