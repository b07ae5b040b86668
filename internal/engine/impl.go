package engine

import (
	"context"
	"errors"
)

type impl struct{}

func start(context.Context, Config) (*Engine, error) { return &Engine{}, nil }

func (e *Engine) parse(context.Context, Source, Options) (*Result, error) {
	return nil, errors.New("not yet")
}

func (e *Engine) close() error { return nil }
