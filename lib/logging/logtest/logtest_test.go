package logtest

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRecords(t *testing.T) {
	t.Parallel()
	var log Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("call", "n", 1)
	logger.Info("other")
	logger.Info("call", "n", 2)

	records := log.Records(t, "call")
	require.Len(t, records, 2)
	require.EqualValues(t, 1, records[0]["n"])
	require.EqualValues(t, 2, records[1]["n"])
	require.Empty(t, log.Records(t, "absent"))
	require.Contains(t, log.String(), `"msg":"other"`)
}
