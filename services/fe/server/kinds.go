package server

import "net/http"

// kind is a kind of problem that visitors meet.
type kind int

const (
	badDataSet kind = iota
	badRequest
	crossSite
	notFound
	methodNotAllowed
	tooSlow
	tooLarge
	unsupported
	internal
	creatorsFailed
	creatorsAway
	creatorsTooSlow
	kinds // how many there are
)

// kindInfo is what is said of a kind of problem.
type kindInfo struct {
	name   string // in the problem's type, and on the page of the API
	status int
	title  string
	detail string // when the problem itself gives none
	when   string // for the page of the API; "" is not the API's
}

// info is the one table from kinds to what visitors see.
func (k kind) info() kindInfo {
	switch k {
	case badDataSet:
		return kindInfo{"bad-data-set", http.StatusBadRequest, "The data set has a mistake", "It could not be ranked.",
			"The data set is not valid: line, column and field say where."}
	case badRequest:
		return kindInfo{"bad-request", http.StatusBadRequest, "The request has a mistake", "It could not be understood.",
			"The request is not valid, or its limit is out of range."}
	case crossSite:
		return kindInfo{"cross-site", http.StatusForbidden, "This came from another site", "For your safety, only this site's own pages may send data here.",
			"A browser sent the request from another site's page."}
	case notFound:
		return kindInfo{"not-found", http.StatusNotFound, "There is no such page", "The address may be mistyped, or the page may have moved.",
			"There is nothing at the address."}
	case methodNotAllowed:
		return kindInfo{"method-not-allowed", http.StatusMethodNotAllowed, "This can't be opened like that", "The address does not take requests of this kind.",
			"The method is not POST."}
	case tooSlow:
		return kindInfo{"too-slow", http.StatusRequestTimeout, "The data set arrived too slowly", "The connection was closed before the end. Try again, perhaps over a better connection.",
			"The client paused for too long, or sent too slowly overall."}
	case tooLarge:
		return kindInfo{"too-large", http.StatusRequestEntityTooLarge, "The data set is too large", "It is larger than what is accepted here.",
			"The body, the number of creators or products in it, or the ranking is over the limit."}
	case unsupported:
		return kindInfo{"unsupported-media-type", http.StatusUnsupportedMediaType, "This is not a data set", "Send the data set as JSON.",
			"The body is neither JSON nor a multipart form, or it is compressed."}
	case creatorsFailed:
		return kindInfo{"creators-failed", http.StatusBadGateway, "The ranking failed", "The ranking service could not rank this data set. The request below tells us why.",
			"The ranking service failed."}
	case creatorsAway:
		return kindInfo{"creators-away", http.StatusServiceUnavailable, "The ranking service is away", "Nothing is wrong with your data set. Try again in a few seconds.",
			"The ranking service can't be reached; Retry-After says when to try again."}
	case creatorsTooSlow:
		return kindInfo{"creators-too-slow", http.StatusGatewayTimeout, "The ranking took too long", "The ranking service did not answer in time. Try again later.",
			"The ranking service did not answer in time."}
	default:
		return kindInfo{"internal", http.StatusInternalServerError, "Something went wrong here", "It is not your fault. The request below tells us what happened.",
			"This server failed."}
	}
}
