package grpcclient

import (
	"encoding/json"
	"fmt"
	"strings"
)

// The types below are the part of gRPC's service config that is used here; see
// https://github.com/grpc/grpc/blob/master/doc/service_config.md.

type serviceConfigJSON struct {
	LoadBalancing   []map[string]struct{} `json:"loadBalancingConfig"`
	MethodConfig    []methodConfig        `json:"methodConfig"`
	RetryThrottling retryThrottling       `json:"retryThrottling"`
}

type methodConfig struct {
	Name        []methodName `json:"name"`
	RetryPolicy retryPolicy  `json:"retryPolicy"`
}

type methodName struct {
	Service string `json:"service,omitempty"`
	Method  string `json:"method,omitempty"`
}

type retryPolicy struct {
	MaxAttempts          int      `json:"maxAttempts"`
	InitialBackoff       string   `json:"initialBackoff"`
	MaxBackoff           string   `json:"maxBackoff"`
	BackoffMultiplier    float64  `json:"backoffMultiplier"`
	RetryableStatusCodes []string `json:"retryableStatusCodes"`
}

type retryThrottling struct {
	MaxTokens  int     `json:"maxTokens"`
	TokenRatio float64 `json:"tokenRatio"`
}

// serviceConfig balances over all addresses, and retries calls that a server
// turned away or lost.
func serviceConfig(retryMethods []string) (string, error) {
	names := []methodName{{}} // all
	if len(retryMethods) > 0 {
		names = names[:0]
		for _, name := range retryMethods {
			service, method, _ := strings.Cut(strings.TrimPrefix(name, "/"), "/")
			if service == "" {
				return "", fmt.Errorf("%q names no service whose calls could be retried", name)
			}
			names = append(names, methodName{Service: service, Method: method})
		}
	}
	config, err := json.Marshal(serviceConfigJSON{
		LoadBalancing: []map[string]struct{}{{"round_robin": {}}},
		MethodConfig: []methodConfig{{
			Name: names,
			RetryPolicy: retryPolicy{
				// Each attempt goes to the next server. The waits, of about
				// 0.1, 0.2 and 0.4 s, outlast a connection that breaks, not a
				// service that is away: that is the caller's to hear.
				MaxAttempts:          4,
				InitialBackoff:       "0.1s",
				MaxBackoff:           "1s",
				BackoffMultiplier:    2,
				RetryableStatusCodes: []string{"UNAVAILABLE"},
			},
		}},
		// Each failure costs a token and each success earns a fifth of one;
		// below half nothing is retried, so that retries do not keep an
		// overloaded service down.
		RetryThrottling: retryThrottling{MaxTokens: 400, TokenRatio: 0.2},
	})
	if err != nil {
		return "", fmt.Errorf("encode service config: %w", err)
	}
	return string(config), nil
}
