package aws

import (
	"context"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// ServiceStats is what a service cost.
type ServiceStats struct {
	Calls     int           // requests sent, repeated ones included
	Throttles int           // of them, answered with "too many"
	Duration  time.Duration // sum over the cells, which run at the same time
	Resources int
}

// meter counts requests as they are sent.
type meter struct {
	mu       sync.Mutex
	calls    map[string]int // by IAM action
	denied   map[string]int // by IAM action
	services map[string]*ServiceStats
}

func newMeter() *meter {
	return &meter{calls: map[string]int{}, denied: map[string]int{}, services: map[string]*ServiceStats{}}
}

func (m *meter) service(name string) *ServiceStats {
	s, ok := m.services[name]
	if !ok {
		s = &ServiceStats{}
		m.services[name] = s
	}
	return s
}

func (m *meter) call(service, action string, err error) {
	code := ""
	if err != nil {
		code = codeOf(err, false)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[action]++
	s := m.service(service)
	s.Calls++
	switch code {
	case CodeDenied:
		m.denied[action]++
	case CodeThrottled:
		s.Throttles++
	}
}

func (m *meter) cell(service string, took time.Duration, resources int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.service(service)
	s.Duration += took
	s.Resources += resources
}

// watch counts the requests of clients that are made with it: as the outermost step of reading an answer it sees each
// attempt once, with its error.
func (m *meter) watch(stack *middleware.Stack) error {
	count := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		middleware.DeserializeOutput, middleware.Metadata, error,
	) {
		out, meta, err := next.HandleDeserialize(ctx, in)
		service := awsmiddleware.GetServiceID(ctx)
		m.call(tables()[service].cell, actionOf(service, awsmiddleware.GetOperationName(ctx)), err)
		return out, meta, err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("CountRequests", count), middleware.Before)
}
