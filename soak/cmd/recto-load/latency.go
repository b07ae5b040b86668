package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// latency measures how long one page takes on an idle service, from the request
// for its job until the client knows that it is done.
func (b *bench) latency(ctx context.Context) error {
	s, err := b.start(ctx, b.workers)
	if err != nil {
		return err
	}
	defer s.Close()
	page, err := onePage()
	if err != nil {
		return err
	}
	c := newClient(s.URL)
	file, err := c.send(ctx, page)
	if err != nil {
		return err
	}
	var asking, waiting times
	for i := range b.pages {
		start := time.Now()
		var j named
		if _, err := c.ask(ctx, "POST", "/api/v2/parse", "application/json", strings.NewReader(request(file)), &j); err != nil {
			return err
		}
		path, into := "/api/v2/parse/"+j.ID, &asking
		if i%2 == 1 {
			path, into = path+"?wait=30", &waiting
		}
		for {
			var a struct{ Job named }
			if _, err := c.ask(ctx, "GET", path, "", nil, &a); err != nil {
				return err
			}
			if a.Job.Status == "COMPLETED" {
				break
			}
			if a.Job.Status != "PENDING" && a.Job.Status != "RUNNING" {
				return fmt.Errorf("job %s is %s", j.ID, a.Job.Status)
			}
			time.Sleep(5 * time.Millisecond)
		}
		*into = append(*into, time.Since(start))
	}
	row("one page, asking every 5 ms", "%v", asking)
	row("one page, with wait=30", "%v", waiting)
	return nil
}
