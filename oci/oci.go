// Package oci says what the container images of this repository are: their
// names, users, entry points and ports. The images themselves are made by
// Bazel, from BUILD.bazel and defs.bzl in this folder. The tests here hold the
// images to this list, and the tests of deploy/ hold compose.yaml and the
// Kubernetes manifests to it, so that all of them agree.
package oci

import "strconv"

const (
	// User is what the images run as: nobody that the machine knows, by number,
	// since an image from scratch has no list of names and Kubernetes can only
	// prove of a number that it is not root.
	User = "65532:65532"

	// Source is where the images' sources are, for the annotation of that name.
	Source = "https://github.com/inventive-weave/inventive-weave"
)

// Image is what one service's image promises.
type Image struct {
	// Service is the service's name: of its binary, of its Compose service, and
	// of its objects in Kubernetes.
	Service string
	// Repository is the image's name as loaded, without registry and tag.
	Repository string
	// Title is the image's title in the annotation of that name.
	Title string
	// Ports are what the service listens on.
	Ports []Port
	// MaxBytes bounds the image's compressed size for one platform. Reaching it
	// is a reason to look at what was added, not to raise it at once.
	MaxBytes int64
}

// Port is one port of a service. All of them are TCP.
type Port struct {
	// Name is the port's name in the Kubernetes manifests.
	Name string
	// Number is the port.
	Number int
}

// Exposed is the port as an image's configuration writes it, 9070/tcp.
func (p Port) Exposed() string { return strconv.Itoa(p.Number) + "/tcp" }

// Binary is the one file in the image: the service's program.
func (i Image) Binary() string { return "/" + i.Service }

// Entrypoint is what the image runs. Arguments are added to it; the address is
// part of it because nothing reaches a container's own loopback interface.
func (i Image) Entrypoint() []string { return []string{i.Binary(), "--host=0.0.0.0"} }

// Healthcheck is the command that tells whether a container of this image
// serves: exit code 0 or 1. There is no shell or other program in it to ask.
func (i Image) Healthcheck() []string { return []string{i.Binary(), "healthcheck"} }

// Images returns what Bazel makes, one image a service.
func Images() []Image {
	return []Image{
		{
			Service:    "creators",
			Repository: "weave/creators",
			Title:      "Inventive Weave creators",
			Ports:      []Port{{"grpc", 9070}, {"ops", 9071}},
			MaxBytes:   8 << 20,
		},
		{
			Service:    "fe",
			Repository: "weave/fe",
			Title:      "Inventive Weave frontend",
			Ports:      []Port{{"web", 9072}, {"ops", 9073}},
			MaxBytes:   8 << 20,
		},
	}
}
