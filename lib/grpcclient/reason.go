package grpcclient

import "strings"

// Reason is the part of gRPC's message for an unreachable server that says
// something to people.
func Reason(message string) string {
	if at := strings.LastIndex(message, "code = Unavailable desc = "); at >= 0 {
		message = message[at+len("code = Unavailable desc = "):] // of the last attempt
	}
	if _, after, found := strings.Cut(message, "Error while dialing: "); found {
		message = strings.TrimSuffix(after, `"`)
	}
	if message == "no children to pick from" { // that is, no addresses
		return "no such host"
	}
	return message
}
