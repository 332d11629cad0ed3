package server_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/types/known/timestamppb"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

const textRange = "must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z"

func at(seconds int64, nanos int32) *timestamppb.Timestamp {
	return &timestamppb.Timestamp{Seconds: seconds, Nanos: nanos}
}

// TestBothCalls asks both calls the same.
func TestBothCalls(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		req  *creatorsv1.MostActiveCreatorsRequest
		want string // the response as text
	}{
		{name: "nothing", req: &creatorsv1.MostActiveCreatorsRequest{}, want: `totals:{}`},
		{
			name: "the rules of the order",
			req: &creatorsv1.MostActiveCreatorsRequest{
				Creators: []*creatorsv1.Creator{
					creator("idle", "idle@x"), creator("late", "late@x"), creator("busy", "busy@x"), creator("tied", ""),
				},
				Products: []*creatorsv1.Product{
					product("1", "unlisted", nil),
					product("2", "busy", at(1, 0)), product("3", "busy", at(-62135596800, 0)),
					product("4", "tied", at(7, 1)), product("5", "late", at(7, 2)), product("6", "other", at(7, 1)),
				},
			},
			want: `creators:{creator:{id:"busy" email:"busy@x"} product_count:2 most_recent_create_time:{seconds:1}}
				creators:{creator:{id:"late" email:"late@x"} product_count:1 most_recent_create_time:{seconds:7 nanos:2}}
				creators:{creator:{id:"tied"} product_count:1 most_recent_create_time:{seconds:7 nanos:1}}
				creators:{creator:{id:"other"} product_count:1 most_recent_create_time:{seconds:7 nanos:1}}
				creators:{creator:{id:"unlisted"} product_count:1}
				creators:{creator:{id:"idle" email:"idle@x"}}
				totals:{creator_count:6 product_count:6}`,
		},
		{
			name: "a limit, which the totals do not know",
			req: &creatorsv1.MostActiveCreatorsRequest{
				Creators: []*creatorsv1.Creator{creator("a", "a@x"), creator("b", "b@x")},
				Products: []*creatorsv1.Product{product("1", "b", nil), product("2", "c", nil)},
				Limit:    1,
			},
			want: `creators:{creator:{id:"b" email:"b@x"} product_count:1} totals:{creator_count:3 product_count:2}`,
		},
		{
			name: "a limit beyond the creators",
			req:  &creatorsv1.MostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{creator("a", "")}, Limit: math.MaxInt32},
			want: `creators:{creator:{id:"a"}} totals:{creator_count:1}`,
		},
		{
			name: "the ends of time",
			req: &creatorsv1.MostActiveCreatorsRequest{Products: []*creatorsv1.Product{
				product("1", "first", at(-62135596800, 0)), product("2", "last", at(253402300799, 999_999_999)), product("3", "1970", at(0, 0)),
			}},
			want: `creators:{creator:{id:"last"} product_count:1 most_recent_create_time:{seconds:253402300799 nanos:999999999}}
				creators:{creator:{id:"1970"} product_count:1 most_recent_create_time:{}}
				creators:{creator:{id:"first"} product_count:1 most_recent_create_time:{seconds:-62135596800}}
				totals:{creator_count:3 product_count:3}`,
		},
		{
			name: "listed twice, with one email",
			req:  &creatorsv1.MostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{creator("a", "a@x"), creator("b", ""), creator("a", "a@x")}},
			want: `creators:{creator:{id:"a" email:"a@x"}} creators:{creator:{id:"b"}} totals:{creator_count:2}`,
		},
		{
			name: "ids of several bytes a character",
			req:  &creatorsv1.MostActiveCreatorsRequest{Products: []*creatorsv1.Product{product("é", "日本", nil), product("ü", "日本", nil)}},
			want: `creators:{creator:{id:"日本"} product_count:2} totals:{creator_count:1 product_count:2}`,
		},
	}
	client := inProcess(t, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := new(creatorsv1.MostActiveCreatorsResponse)
			require.NoError(t, prototext.Unmarshal([]byte(test.want), want))

			got, err := client.MostActiveCreators(deadline(t), test.req)
			require.NoError(t, err)
			require.Equal(t, prototext.Format(want), prototext.Format(got))

			streamed, err := stream(deadline(t), client, &creatorsv1.StreamMostActiveCreatorsRequest{
				Creators: test.req.GetCreators(),
				Products: columns(test.req.GetProducts()...),
				Limit:    test.req.GetLimit(),
			})
			require.NoError(t, err)
			require.Equal(t, prototext.Format(want), prototext.Format(streamed))
		})
	}
}

// TestBothCallsReject sends both calls the same bad data.
func TestBothCallsReject(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		req     *creatorsv1.MostActiveCreatorsRequest
		message string
		want    []violation
	}{
		{
			name:    "a negative limit",
			req:     &creatorsv1.MostActiveCreatorsRequest{Limit: -1},
			message: "limit: must not be negative",
			want:    []violation{{"limit", "must not be negative"}},
		},
		{
			name:    "a creator without an id",
			req:     &creatorsv1.MostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{creator("a", ""), creator("", "a@x")}},
			message: "creators[1].id: must not be empty",
			want:    []violation{{"creators[1].id", "must not be empty"}},
		},
		{
			name: "two emails of one creator",
			req: &creatorsv1.MostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{
				creator("b", ""), creator("a", "secret@x"), creator("a", "secret@x"), creator("a", "hidden@x"),
			}},
			message: "creators[3].email: must be the same as in creators[1], which lists the same creator",
			want:    []violation{{"creators[3].email", "must be the same as in creators[1], which lists the same creator"}},
		},
		{
			name:    "a product without an id",
			req:     &creatorsv1.MostActiveCreatorsRequest{Products: []*creatorsv1.Product{product("", "a", nil)}},
			message: "products[0].id: must not be empty",
			want:    []violation{{"products[0].id", "must not be empty"}},
		},
		{
			name:    "a product without a creator",
			req:     &creatorsv1.MostActiveCreatorsRequest{Products: []*creatorsv1.Product{product("1", "a", nil), product("2", "", nil)}},
			message: "products[1].creator_id: must not be empty",
			want:    []violation{{"products[1].creator_id", "must not be empty"}},
		},
		{
			name: "times out of range",
			req: &creatorsv1.MostActiveCreatorsRequest{Products: []*creatorsv1.Product{
				product("1", "a", at(-62135596801, 0)), product("2", "a", at(253402300800, 0)),
				product("3", "a", at(math.MinInt64, 0)), product("4", "a", at(0, 1_000_000_000)), product("5", "a", at(0, -2)),
			}},
			message: "products[0].create_time: " + textRange + " (and 4 more)",
			want: []violation{
				{"products[0].create_time", textRange}, {"products[1].create_time", textRange}, {"products[2].create_time", textRange},
				{"products[3].create_time", "nanos must be from 0 to 999999999"}, {"products[4].create_time", "nanos must be from 0 to 999999999"},
			},
		},
		{
			name: "everything at once, in order",
			req: &creatorsv1.MostActiveCreatorsRequest{
				Limit:    -9,
				Creators: []*creatorsv1.Creator{{}},
				Products: []*creatorsv1.Product{product("1", "a", nil), product("", "", at(0, 1_000_000_000))},
			},
			message: "limit: must not be negative (and 4 more)",
			want: []violation{
				{"limit", "must not be negative"}, {"creators[0].id", "must not be empty"},
				{"products[1].id", "must not be empty"}, {"products[1].creator_id", "must not be empty"},
				{"products[1].create_time", "nanos must be from 0 to 999999999"},
			},
		},
		{
			name: "more problems than anybody reads",
			req: &creatorsv1.MostActiveCreatorsRequest{
				Creators: make([]*creatorsv1.Creator, 30), Products: make([]*creatorsv1.Product, 30),
			},
			message: "creators[0].id: must not be empty (and 89 more)",
			want: func() (v []violation) {
				for i := range 20 {
					v = append(v, violation{fmt.Sprintf("creators[%d].id", i), "must not be empty"})
				}
				return v
			}(),
		},
	}
	client := inProcess(t, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := client.MostActiveCreators(deadline(t), test.req)
			requireInvalid(t, err, test.message, test.want...)

			_, err = stream(deadline(t), client, &creatorsv1.StreamMostActiveCreatorsRequest{
				Creators: test.req.GetCreators(),
				Products: columns(test.req.GetProducts()...),
				Limit:    test.req.GetLimit(),
			})
			requireInvalid(t, err, test.message, test.want...)
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		req  *creatorsv1.MostActiveCreatorsRequest
		want string // "" when it is accepted
	}{
		{
			name: "as many as are accepted",
			req: &creatorsv1.MostActiveCreatorsRequest{
				Creators: []*creatorsv1.Creator{creator("a", ""), creator("a", "")},
				Products: []*creatorsv1.Product{product("1", "a", nil), product("2", "b", nil), product("3", "a", nil)},
			},
		},
		{
			name: "too many creators",
			req:  &creatorsv1.MostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{creator("a", ""), creator("b", ""), creator("c", "")}},
			want: "the data set has more than 2 creators, the most that this server accepts (--max_creators)",
		},
		{
			name: "too many creators among the products",
			req: &creatorsv1.MostActiveCreatorsRequest{
				Creators: []*creatorsv1.Creator{creator("a", "")},
				Products: []*creatorsv1.Product{product("1", "b", nil), product("2", "c", nil)},
			},
			want: "the data set has more than 2 creators, the most that this server accepts (--max_creators)",
		},
		{
			name: "too many products",
			req: &creatorsv1.MostActiveCreatorsRequest{Products: []*creatorsv1.Product{
				product("1", "a", nil), product("2", "a", nil), product("3", "a", nil), product("4", "a", nil),
			}},
			want: "the data set has more than 3 products, the most that this server accepts (--max_products)",
		},
	}
	client := inProcess(t, func(cfg *server.Config) { cfg.MaxCreators, cfg.MaxProducts = 2, 3 })
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, plain := client.MostActiveCreators(deadline(t), test.req)
			_, streamed := stream(deadline(t), client,
				&creatorsv1.StreamMostActiveCreatorsRequest{Creators: test.req.GetCreators()},
				&creatorsv1.StreamMostActiveCreatorsRequest{Products: columns(test.req.GetProducts()...)})
			for _, err := range []error{plain, streamed} {
				if test.want == "" {
					require.NoError(t, err)
					continue
				}
				require.Equal(t, codes.ResourceExhausted, status.Code(err), "%v", err)
				require.Equal(t, test.want, status.Convert(err).Message())
			}
		})
	}
}

func TestMessageTooLarge(t *testing.T) {
	t.Parallel()
	client := inProcess(t, func(cfg *server.Config) { cfg.MaxMessageBytes = 1000 })
	email := string(make([]byte, 2000))
	_, plain := client.MostActiveCreators(deadline(t), &creatorsv1.MostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{creator("a", email)}})
	_, streamed := stream(deadline(t), client, &creatorsv1.StreamMostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{creator("a", email)}})
	for _, err := range []error{plain, streamed} {
		require.Equal(t, codes.ResourceExhausted, status.Code(err), "%v", err)
	}
}

// A call that nobody waits for any more ends with its caller's code.
func TestCancelled(t *testing.T) {
	t.Parallel()
	service, err := server.NewService(server.ServiceConfig{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = service.MostActiveCreators(ctx, &creatorsv1.MostActiveCreatorsRequest{Products: []*creatorsv1.Product{product("1", "a", nil)}})
	require.Equal(t, codes.Canceled, status.Code(err), "%v", err)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	client := inProcess(t, func(cfg *server.Config) { cfg.Registry = registry })
	req := &creatorsv1.MostActiveCreatorsRequest{
		Creators: []*creatorsv1.Creator{creator("a", "")},
		Products: []*creatorsv1.Product{product("1", "a", nil), product("2", "b", nil), product("3", "b", nil)},
	}
	_, err := client.MostActiveCreators(deadline(t), req)
	require.NoError(t, err)
	_, err = stream(deadline(t), client, &creatorsv1.StreamMostActiveCreatorsRequest{Products: columns(req.GetProducts()...)})
	require.NoError(t, err)
	_, err = client.MostActiveCreators(deadline(t), &creatorsv1.MostActiveCreatorsRequest{Products: []*creatorsv1.Product{{}}})
	require.Error(t, err, "and not counted")

	families, err := registry.Gather()
	require.NoError(t, err)
	got := make(map[string]float64)
	for _, family := range families {
		metric := family.GetMetric()[0]
		switch name := family.GetName(); name {
		case "weave_creators_products_ranked_total":
			got[name] = metric.GetCounter().GetValue()
		case "weave_creators_data_set_products", "weave_creators_data_set_creators":
			got[name+"_count"] = float64(metric.GetHistogram().GetSampleCount())
			got[name+"_sum"] = metric.GetHistogram().GetSampleSum()
		}
	}
	require.Equal(t, map[string]float64{
		"weave_creators_products_ranked_total":   6,
		"weave_creators_data_set_products_count": 2,
		"weave_creators_data_set_products_sum":   6,
		"weave_creators_data_set_creators_count": 2,
		"weave_creators_data_set_creators_sum":   4,
	}, got)

	_, err = server.NewService(server.ServiceConfig{Registerer: registry})
	require.ErrorContains(t, err, "register metrics", "one registry counts one service")
}
