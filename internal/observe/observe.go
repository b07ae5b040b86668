// Package observe lets the world see how a server or a worker fares: numbers for
// Prometheus, traces for OpenTelemetry, and probes that say whether the process
// is alive and ready. It is the only door to their libraries and knows nothing of
// what it counts; whoever does something worth a number tells it.
//
// Every method may be called on a nil Observer or Span and does nothing then, so
// that what is observed need not know whether it is. Labels come from closed sets:
// what a client sends is never one.
package observe

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Observer counts and traces for one process. It is safe for concurrent use.
type Observer struct {
	registry *prometheus.Registry
	metrics  *metrics
	tracer   trace.Tracer // nil when nothing is traced
	provider *sdktrace.TracerProvider
}

// New returns an observer. It traces when the environment names an OTLP endpoint
// (Tracing).
func New(ctx context.Context, version string, log *slog.Logger) (*Observer, error) {
	o := &Observer{registry: prometheus.NewRegistry(), metrics: newMetrics()}
	o.registry.MustRegister(o.metrics.all()...)
	o.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	o.metrics.build.WithLabelValues(version, runtime.Version()).Set(1)
	if !Tracing() {
		return o, nil
	}
	return o, o.trace(ctx, version, log)
}

// Handler answers with all numbers in the format Prometheus reads.
func (o *Observer) Handler() http.Handler {
	return promhttp.HandlerFor(o.registry, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes, EnableOpenMetrics: true})
}

// maxScrapes bounds how many ask at once; a monitoring asks one by one.
const maxScrapes = 4

// Close sends the spans that are still here, for as long as ctx lasts.
func (o *Observer) Close(ctx context.Context) error {
	if o == nil || o.provider == nil {
		return nil
	}
	return o.provider.Shutdown(ctx)
}
