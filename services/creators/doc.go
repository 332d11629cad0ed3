// Creators is the service that ranks the creators of products by how active
// they are: whoever made the most products leads.
//
// It answers the calls of the creators API (proto/creators/v1) on the gRPC
// port, 9070, with health checking and reflection, and has its operations
// endpoint (metrics, health, profiles) on port 9071. It keeps nothing between
// calls, needs nothing but its ports, and may run in any number of replicas.
//
// Package activity is the ranking itself, package server the gRPC face of it.
// The subcommand healthcheck asks a running server whether it is healthy, for
// images that have no other program in them.
package main
