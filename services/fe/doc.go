// Fe is the demo frontend: a page for people, and an API for programs, over the
// creators service.
//
// Pages, on the web port, 9072:
//
//	GET  /                 the form: a file, pasted text or the built-in example
//	POST /activity         the ranking of what the form sent, as a page; multipart,
//	                       or the data set alone as JSON
//	GET  /api              the description of the API, with an example
//	POST /api/v1/activity  the same ranking as JSON or CSV, with errors as
//	                       application/problem+json (RFC 9457)
//	GET  /static/...       style, script, icon and example, under hashed names
//
// The operations endpoint (metrics, health, profiles) is on port 9073. It is
// ready while creators is.
//
// The frontend keeps nothing: a data set goes through it to creators as it
// arrives, so that its memory does not grow with the file, and a ranking is
// gone with the answer that holds it. Its downloads are therefore data: links
// in the page, which need neither a script nor a second request. It may run in
// any number of replicas.
//
// Pages work without scripts. The script adds drag and drop, the progress of an
// upload, and rankings without a reload.
//
// What a visitor may send is bounded in size (--max_upload) and in time: a
// client may pause for 30 seconds, and has a minute plus a second for each
// 32 KiB. What creators may take is bounded by --creators_timeout. Requests
// that come from other sites' pages are refused.
//
// Package server has the handlers, upload reads the requests, templates and
// chart make the pages, and static holds the files. The subcommand healthcheck
// asks a running server whether it is healthy, for images that have no other
// program in them.
package main
