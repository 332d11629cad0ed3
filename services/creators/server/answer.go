package server

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// statsOf makes messages of a ranking. They come from three slices rather than
// one by one, since a ranking may have millions of lines.
func statsOf(ranking []activity.Stats) []*creatorsv1.CreatorStats {
	lines := make([]*creatorsv1.CreatorStats, len(ranking))
	stats := make([]creatorsv1.CreatorStats, len(ranking))
	creators := make([]creatorsv1.Creator, len(ranking))
	times := make([]timestamppb.Timestamp, len(ranking))
	for i := range ranking {
		r := &ranking[i]
		creators[i].Id, creators[i].Email = r.ID, r.Email
		stats[i].Creator = &creators[i]
		stats[i].ProductCount = r.Products
		if !r.Newest.IsZero() {
			times[i].Seconds, times[i].Nanos = r.Newest.Unix()
			stats[i].MostRecentCreateTime = &times[i]
		}
		lines[i] = &stats[i]
	}
	return lines
}
