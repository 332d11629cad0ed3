//go:build unix

package process

import (
	"runtime"
	"syscall"
)

// peakBytes is the largest resident memory of a process that has ended.
//
// On Linux a process begins with the peak of the one that started it, this one.
// It stays small, so that only the floor's memory is not to be seen.
func peakBytes(sysUsage any) int64 {
	u, ok := sysUsage.(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10
}
