package deploy_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/inventive-weave/inventive-weave/oci"
)

const (
	namespace = "weave"
	nameLabel = "app.kubernetes.io/name"
)

// forEach runs a test on every image's objects in every kustomization.
func forEach(t *testing.T, test func(t *testing.T, m manifests, image oci.Image)) {
	t.Helper()
	for _, kustomization := range []string{base, local, production} {
		m := render(t, kustomization)
		for _, image := range oci.Images() {
			t.Run(kustomization+"/"+image.Service, func(t *testing.T) {
				t.Parallel()
				test(t, m, image)
			})
		}
	}
}

// container is the one container of a service's pods.
func container(t *testing.T, m manifests, image oci.Image) (*appsv1.Deployment, corev1.Container) {
	t.Helper()
	deployment := m.deployments[image.Service]
	require.NotNil(t, deployment)
	pod := deployment.Spec.Template.Spec
	require.Len(t, pod.Containers, 1)
	require.Empty(t, pod.InitContainers)
	require.Equal(t, image.Service, pod.Containers[0].Name)
	return deployment, pod.Containers[0]
}

func TestKustomizations(t *testing.T) {
	t.Parallel()
	common := []string{"Namespace/weave", "NetworkPolicy/default-deny"}
	for _, image := range oci.Images() {
		for _, kind := range []string{
			"ServiceAccount", "Service", "Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy",
		} {
			common = append(common, kind+"/"+image.Service)
		}
	}
	for _, test := range []struct {
		name string
		want []string
	}{
		{name: base, want: common},
		{name: local, want: common},
		{name: production, want: append(slices.Clone(common), "Ingress/fe")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := render(t, test.name)
			require.Equal(t, slices.Sorted(slices.Values(test.want)), slices.Sorted(maps.Keys(m.names)))
			for _, object := range m.allNamespaced {
				require.Equal(t, namespace, object.GetNamespace(), object.GetName())
				require.Equal(t, "inventive-weave", object.GetLabels()["app.kubernetes.io/part-of"], object.GetName())
			}
			for _, mode := range []string{"enforce", "audit", "warn"} {
				require.Equal(t, "restricted", m.namespaces[namespace].Labels["pod-security.kubernetes.io/"+mode])
			}
		})
	}
}

func TestImageNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		want   string // with the repository in place of %s
		policy corev1.PullPolicy
	}{
		{name: base, want: `^%s:latest$`, policy: corev1.PullIfNotPresent},
		{name: local, want: `^%s:latest$`, policy: corev1.PullNever},
		{name: production, want: `^registry\.example\.com/%s(:\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})$`, policy: corev1.PullIfNotPresent},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := render(t, test.name)
			for _, image := range oci.Images() {
				_, c := container(t, m, image)
				require.Regexp(t, fmt.Sprintf(test.want, image.Repository), c.Image)
				require.Equal(t, test.policy, c.ImagePullPolicy)
				require.Empty(t, c.Command, "the entry point is the image's")
			}
		})
	}
}

// TestArguments: what runs under Compose runs in a cluster.
func TestArguments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kustomization string
		more          []string
	}{
		{base, nil},
		{local, []string{"--log_format=text"}},
		{production, nil},
	} {
		t.Run(test.kustomization, func(t *testing.T) {
			t.Parallel()
			m, compose := render(t, test.kustomization), readCompose(t)
			for _, image := range oci.Images() {
				_, c := container(t, m, image)
				require.Equal(t, slices.Concat(compose.Services[image.Service].Command, test.more), c.Args)
			}
		})
	}
}

func TestPorts(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, m manifests, image oci.Image) {
		deployment, c := container(t, m, image)
		var got []oci.Port
		for _, port := range c.Ports {
			require.Equal(t, corev1.ProtocolTCP, port.Protocol)
			got = append(got, oci.Port{Name: port.Name, Number: int(port.ContainerPort)})
		}
		require.Equal(t, image.Ports, got)

		// The first port serves users, the last one operations.
		serving, ops := image.Ports[0], image.Ports[len(image.Ports)-1]
		require.Equal(t, "ops", ops.Name)
		require.Equal(t, map[string]string{
			"prometheus.io/scrape": "true",
			"prometheus.io/port":   strconv.Itoa(ops.Number),
			"prometheus.io/path":   "/metrics",
		}, deployment.Spec.Template.Annotations)

		service := m.services[image.Service].Spec
		require.Len(t, service.Ports, 1, "operations are for the cluster's own, not behind the service")
		require.Equal(t, serving.Name, service.Ports[0].Name)
		require.EqualValues(t, serving.Number, service.Ports[0].Port)
		require.Equal(t, intstr.FromString(serving.Name), service.Ports[0].TargetPort)
		require.Equal(t, deployment.Spec.Selector.MatchLabels, service.Selector)
	})
}

func TestProbes(t *testing.T) {
	t.Parallel()
	healthz := &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("ops")}
	readyz := &corev1.HTTPGetAction{Path: "/readyz", Port: intstr.FromString("ops")}
	grpc := func(image oci.Image) corev1.ProbeHandler {
		return corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: int32(image.Ports[0].Number)}}
	}
	forEach(t, func(t *testing.T, m manifests, image oci.Image) {
		_, c := container(t, m, image)
		require.NotNil(t, c.StartupProbe)
		require.NotNil(t, c.ReadinessProbe)
		require.NotNil(t, c.LivenessProbe)
		require.Equal(t, corev1.ProbeHandler{HTTPGet: healthz}, c.LivenessProbe.ProbeHandler,
			"liveness must not depend on other services or on the drain")
		switch image.Ports[0].Name {
		case "grpc":
			require.Equal(t, grpc(image), c.StartupProbe.ProbeHandler)
			require.Equal(t, grpc(image), c.ReadinessProbe.ProbeHandler)
		default:
			require.Equal(t, corev1.ProbeHandler{HTTPGet: healthz}, c.StartupProbe.ProbeHandler)
			require.Equal(t, corev1.ProbeHandler{HTTPGet: readyz}, c.ReadinessProbe.ProbeHandler)
		}
	})
}

func TestStop(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, m manifests, image oci.Image) {
		deployment, c := container(t, m, image)
		require.NotNil(t, c.Lifecycle.PreStop.Sleep)
		sleep := time.Duration(c.Lifecycle.PreStop.Sleep.Seconds) * time.Second
		grace := time.Duration(*deployment.Spec.Template.Spec.TerminationGracePeriodSeconds) * time.Second
		require.Greater(t, grace, sleep+shutdownTimeout)
		require.Zero(t, deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue())
	})
}

// TestRestricted holds the pods to what Kubernetes calls the restricted level,
// and to a read-only root and no token, which it does not ask for.
func TestRestricted(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, m manifests, image oci.Image) {
		deployment, c := container(t, m, image)
		pod := deployment.Spec.Template.Spec
		require.False(t, pod.HostNetwork || pod.HostPID || pod.HostIPC)
		require.Empty(t, pod.Volumes)
		require.Equal(t, image.Service, pod.ServiceAccountName)
		require.False(t, *pod.AutomountServiceAccountToken)
		require.False(t, *m.accounts[image.Service].AutomountServiceAccountToken)
		require.False(t, *pod.EnableServiceLinks)

		require.True(t, *pod.SecurityContext.RunAsNonRoot)
		require.Equal(t, oci.User, fmt.Sprintf("%d:%d", *pod.SecurityContext.RunAsUser, *pod.SecurityContext.RunAsGroup))
		require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type)

		require.True(t, *c.SecurityContext.RunAsNonRoot)
		require.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
		require.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
		require.Equal(t, &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}, c.SecurityContext.Capabilities)
		require.Nil(t, c.SecurityContext.Privileged)
		require.Nil(t, c.SecurityContext.RunAsUser)
		for _, port := range c.Ports {
			require.Zero(t, port.HostPort)
		}
	})
}

func TestResources(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, m manifests, image oci.Image) {
		_, c := container(t, m, image)
		require.False(t, c.Resources.Requests.Cpu().IsZero(), "the autoscaler measures against it")
		require.False(t, c.Resources.Requests.Memory().IsZero())
		memory := c.Resources.Limits.Memory().Value()
		require.LessOrEqual(t, c.Resources.Requests.Memory().Value(), memory)
		require.True(t, c.Resources.Limits.Cpu().IsZero(), "a limit on CPU throttles in the middle of a call")

		require.Len(t, c.Env, 1)
		require.Equal(t, "GOMEMLIMIT", c.Env[0].Name)
		goLimit := quantity(t, c.Env[0].Value)
		require.Less(t, goLimit, memory)
		require.Greater(t, goLimit, memory*8/10)

		compose := readCompose(t).Services[image.Service]
		require.Equal(t, quantity(t, compose.MemLimit), memory, "compose.yaml says otherwise")
		require.Equal(t, compose.Environment["GOMEMLIMIT"], c.Env[0].Value)
	})
}

func TestReplicas(t *testing.T) {
	t.Parallel()
	least := map[string]int32{base: 2, local: 1, production: 3}
	for kustomization, want := range least {
		t.Run(kustomization, func(t *testing.T) {
			t.Parallel()
			m := render(t, kustomization)
			for _, image := range oci.Images() {
				deployment, _ := container(t, m, image)
				require.Nil(t, deployment.Spec.Replicas, "applying again would undo the autoscaler")
				scaler := m.autoscalers[image.Service].Spec
				require.Equal(t, autoscalingv2.CrossVersionObjectReference{
					APIVersion: "apps/v1", Kind: "Deployment", Name: image.Service,
				}, scaler.ScaleTargetRef)
				require.Equal(t, want, *scaler.MinReplicas)
				require.Greater(t, scaler.MaxReplicas, want)
				require.Len(t, scaler.Metrics, 1)
				require.EqualValues(t, 70, *scaler.Metrics[0].Resource.Target.AverageUtilization)

				budget := m.budgets[image.Service].Spec
				require.Equal(t, deployment.Spec.Selector, budget.Selector)
				require.Nil(t, budget.MinAvailable)
				require.Equal(t, 1, budget.MaxUnavailable.IntValue())
			}
		})
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, m manifests, image oci.Image) {
		deployment, _ := container(t, m, image)
		require.Equal(t, map[string]string{nameLabel: image.Service}, deployment.Spec.Selector.MatchLabels)
		for name, value := range deployment.Spec.Selector.MatchLabels {
			require.Equal(t, value, deployment.Spec.Template.Labels[name])
		}
		var keys []string
		for _, constraint := range deployment.Spec.Template.Spec.TopologySpreadConstraints {
			keys = append(keys, constraint.TopologyKey)
			require.EqualValues(t, 1, constraint.MaxSkew)
			require.Equal(t, deployment.Spec.Selector, constraint.LabelSelector)
		}
		require.Equal(t, []string{"topology.kubernetes.io/zone", "kubernetes.io/hostname"}, keys)
	})
}

// TestCreatorsIsHeadless: one virtual address would pin each client to a pod.
func TestCreatorsIsHeadless(t *testing.T) {
	t.Parallel()
	for _, kustomization := range []string{base, local, production} {
		m := render(t, kustomization)
		require.Equal(t, corev1.ClusterIPNone, m.services["creators"].Spec.ClusterIP)
		require.False(t, m.services["creators"].Spec.PublishNotReadyAddresses)
		require.Equal(t, corev1.ServiceTypeClusterIP, m.services["fe"].Spec.Type)
		_, fe := container(t, m, oci.Images()[1])
		require.Contains(t, fe.Args, fmt.Sprintf("--creators_svc=%s:%d",
			m.services["creators"].Name, m.services["creators"].Spec.Ports[0].Port))
	}
}

func TestNetworkPolicies(t *testing.T) {
	t.Parallel()
	both := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	for _, kustomization := range []string{base, local, production} {
		t.Run(kustomization, func(t *testing.T) {
			t.Parallel()
			m := render(t, kustomization)
			deny := m.policies["default-deny"].Spec
			require.Empty(t, deny.PodSelector.MatchLabels)
			require.Equal(t, both, deny.PolicyTypes)
			require.Empty(t, deny.Ingress)
			require.Empty(t, deny.Egress)
			for _, image := range oci.Images() {
				policy := m.policies[image.Service].Spec
				require.Equal(t, both, policy.PolicyTypes)
				require.Equal(t, m.deployments[image.Service].Spec.Selector.MatchLabels, policy.PodSelector.MatchLabels)
				var open []string
				for _, rule := range policy.Ingress {
					for _, port := range rule.Ports {
						open = append(open, port.Port.StrVal)
						if port.Port.StrVal == "ops" {
							require.NotEmpty(t, rule.From, "operations are not for everyone")
						}
					}
				}
				require.Equal(t, []string{image.Ports[0].Name, "ops"}, open)
			}
			require.Empty(t, m.policies["creators"].Spec.Egress, "creators calls nobody")

			// What creators lets in is what fe may call.
			in, out := m.policies["creators"].Spec.Ingress[0], m.policies["fe"].Spec.Egress[0]
			require.Equal(t, m.deployments["fe"].Spec.Selector, in.From[0].PodSelector)
			require.Equal(t, m.deployments["creators"].Spec.Selector, out.To[0].PodSelector)
			require.Equal(t, in.Ports, out.Ports)
		})
	}
}

func TestIngress(t *testing.T) {
	t.Parallel()
	m := render(t, production)
	ingress := m.ingresses["fe"].Spec
	require.Len(t, ingress.Rules, 1)
	require.Equal(t, []string{ingress.Rules[0].Host}, ingress.TLS[0].Hosts)
	backend := ingress.Rules[0].HTTP.Paths[0].Backend.Service
	require.Equal(t, m.services[backend.Name].Spec.Ports[0].Name, backend.Port.Name)
}
