//go:build race

package server_test

// largeUpload is smaller under the race detector, which makes decoding thirty
// times as slow and has nothing to find in a size.
const largeUpload = 32 << 20
