package observe

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Tracing reports whether the environment says where traces go, by the variables
// that OpenTelemetry has for it.
func Tracing() bool {
	if os.Getenv("OTEL_SDK_DISABLED") == "true" || os.Getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// trace begins to send traces by OTLP over HTTP. Address, headers, certificates,
// sampling and the service's name come from the environment (OTEL_…).
func (o *Observer) trace(ctx context.Context, version string, log *slog.Logger) error {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return fmt.Errorf("send traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "recto"), attribute.String("service.version", version),
	), resource.WithHost(), resource.WithProcessPID(), resource.WithFromEnv())
	if err != nil {
		return fmt.Errorf("send traces: OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	otel.SetErrorHandler(&complaints{log: log})
	log.Info("traces are sent by OTLP over HTTP")
	o.provider = sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	o.tracer = o.provider.Tracer("recto")
	return nil
}

// complaintsEvery keeps a collector that is away from filling the log.
const complaintsEvery = time.Minute

// complaints are what goes wrong with the sending of traces.
type complaints struct {
	log *slog.Logger

	mu   sync.Mutex
	next time.Time
}

// Handle logs an error.
func (c *complaints) Handle(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.After(c.next) {
		c.next = now.Add(complaintsEvery)
		c.log.Warn("traces are not sent", "err", err)
	}
}

// Span is a piece of work in a trace; nil for one that is not traced.
type Span struct{ span trace.Span }

// Attr is something to know of a span. Contents, names of files and addresses
// with their secrets are nothing to know.
type Attr = attribute.KeyValue

// Text is an attribute.
func Text(name, v string) Attr { return attribute.String(name, v) }

// Number is an attribute.
func Number[T int | int64](name string, v T) Attr { return attribute.Int64(name, int64(v)) }

// Kind is which side of a conversation a span is on.
type Kind = trace.SpanKind

// The kinds of spans.
const (
	Inside   = trace.SpanKindInternal
	Serving  = trace.SpanKindServer
	Taking   = trace.SpanKindConsumer // from the queue
	Entering = trace.SpanKindProducer // into the queue
)

// Begin begins a span within that of ctx.
func (o *Observer) Begin(ctx context.Context, k Kind, name string, about ...Attr) (context.Context, *Span) {
	if o == nil || o.tracer == nil {
		return ctx, nil
	}
	ctx, s := o.tracer.Start(ctx, name, trace.WithSpanKind(k), trace.WithAttributes(about...))
	return ctx, &Span{s}
}

// Happened adds a span that is over already.
func (o *Observer) Happened(ctx context.Context, name string, began time.Time, took time.Duration, about ...Attr) {
	if o == nil || o.tracer == nil {
		return
	}
	_, s := o.tracer.Start(ctx, name, trace.WithTimestamp(began), trace.WithAttributes(about...))
	s.End(trace.WithTimestamp(began.Add(took)))
}

// Traced reports whether what is done under ctx is part of a trace somebody will
// see.
func (o *Observer) Traced(ctx context.Context) bool {
	return o != nil && o.tracer != nil && trace.SpanFromContext(ctx).IsRecording()
}

// About adds to what is known of a span.
func (s *Span) About(about ...Attr) {
	if s != nil {
		s.span.SetAttributes(about...)
	}
}

// Name gives a span its name, when it is known after its beginning only.
func (s *Span) Name(name string) {
	if s != nil {
		s.span.SetName(name)
	}
}

// Failed says that the work failed, and by which code.
func (s *Span) Failed(code string) {
	if s != nil {
		s.span.SetStatus(codes.Error, code)
	}
}

// End ends a span.
func (s *Span) End() {
	if s != nil {
		s.span.End()
	}
}

// The W3C's header of a trace, which goes before requests and into the queue.
var w3c = propagation.TraceContext{}

const parentHeader = "traceparent"

// FromRequest takes over the trace of whoever sent a request.
func (o *Observer) FromRequest(ctx context.Context, h http.Header) context.Context {
	if o == nil || o.tracer == nil {
		return ctx
	}
	return w3c.Extract(ctx, propagation.HeaderCarrier(h))
}

// Carry returns the trace of ctx as a string to keep, "" when there is none.
func (o *Observer) Carry(ctx context.Context) string {
	if o == nil || o.tracer == nil {
		return ""
	}
	m := propagation.MapCarrier{}
	w3c.Inject(ctx, m)
	return m[parentHeader]
}

// Carried goes on with a trace that was kept.
func (o *Observer) Carried(ctx context.Context, kept string) context.Context {
	if o == nil || o.tracer == nil || kept == "" {
		return ctx
	}
	return w3c.Extract(ctx, propagation.MapCarrier{parentHeader: kept})
}

// TraceID names the trace of ctx for the log, "" for none.
func (o *Observer) TraceID(ctx context.Context) string {
	if o == nil || o.tracer == nil {
		return ""
	}
	if c := trace.SpanContextFromContext(ctx); c.HasTraceID() {
		return c.TraceID().String()
	}
	return ""
}
