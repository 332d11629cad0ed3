package deploy_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// The kustomizations of this repository. The base is complete by itself, but
// users apply an overlay.
const (
	base       = "base"
	local      = "overlays/local"
	production = "overlays/production"
)

// manifests are the objects of one kustomization, by kind and name.
type manifests struct {
	names         map[string]bool // Kind/name
	namespaces    map[string]*corev1.Namespace
	accounts      map[string]*corev1.ServiceAccount
	services      map[string]*corev1.Service
	deployments   map[string]*appsv1.Deployment
	autoscalers   map[string]*autoscalingv2.HorizontalPodAutoscaler
	budgets       map[string]*policyv1.PodDisruptionBudget
	policies      map[string]*networkingv1.NetworkPolicy
	ingresses     map[string]*networkingv1.Ingress
	allNamespaced []metav1.Object
}

// render builds a kustomization as `kubectl apply -k` does and decodes every
// object into its Kubernetes type. A kind, version or field that Kubernetes
// does not know fails the test, and so does the same object twice.
func render(t *testing.T, kustomization string) manifests {
	t.Helper()
	// Bazel hands the files over as links, out of the folder that kustomize
	// keeps to, so it works on a copy.
	files := filesys.MakeFsInMemory()
	require.NoError(t, filepath.WalkDir("kubernetes", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return files.WriteFile("/"+filepath.ToSlash(path), data)
	}))
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, "/kubernetes/"+kustomization)
	require.NoError(t, err)

	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		appsv1.AddToScheme, autoscalingv2.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme,
	} {
		require.NoError(t, add(scheme))
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()

	m := manifests{
		names:       map[string]bool{},
		namespaces:  map[string]*corev1.Namespace{},
		accounts:    map[string]*corev1.ServiceAccount{},
		services:    map[string]*corev1.Service{},
		deployments: map[string]*appsv1.Deployment{},
		autoscalers: map[string]*autoscalingv2.HorizontalPodAutoscaler{},
		budgets:     map[string]*policyv1.PodDisruptionBudget{},
		policies:    map[string]*networkingv1.NetworkPolicy{},
		ingresses:   map[string]*networkingv1.Ingress{},
	}
	for _, rendered := range resources.Resources() {
		text, err := rendered.AsYAML()
		require.NoError(t, err)
		object, _, err := decoder.Decode(text, nil, nil)
		require.NoError(t, err, "%s/%s", rendered.GetKind(), rendered.GetName())
		m.add(t, rendered.GetKind()+"/"+rendered.GetName(), object)
	}
	return m
}

func (m *manifests) add(t *testing.T, id string, object runtime.Object) {
	t.Helper()
	require.False(t, m.names[id], "%s is there twice", id)
	m.names[id] = true
	if namespace, ok := object.(*corev1.Namespace); ok {
		m.namespaces[namespace.Name] = namespace
		return
	}
	switch o := object.(type) {
	case *corev1.ServiceAccount:
		m.accounts[o.Name] = o
	case *corev1.Service:
		m.services[o.Name] = o
	case *appsv1.Deployment:
		m.deployments[o.Name] = o
	case *autoscalingv2.HorizontalPodAutoscaler:
		m.autoscalers[o.Name] = o
	case *policyv1.PodDisruptionBudget:
		m.budgets[o.Name] = o
	case *networkingv1.NetworkPolicy:
		m.policies[o.Name] = o
	case *networkingv1.Ingress:
		m.ingresses[o.Name] = o
	default:
		require.Fail(t, "no test looks at this kind of object", id)
	}
	m.allNamespaced = append(m.allNamespaced, object.(metav1.Object))
}
