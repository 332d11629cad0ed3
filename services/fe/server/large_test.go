//go:build !race

package server_test

// largeUpload is far more than the frontend may hold, in bytes.
const largeUpload = 200 << 20
