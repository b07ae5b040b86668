package api

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"recto/internal/store"
)

// burstShare is the part of a minute's requests that may come all at once.
const burstShare = 6

// rates keeps the requests of each project under its limit. It counts those that
// come to this process: several servers let through as many times more.
type rates struct {
	mu       sync.Mutex
	projects map[string]*rateOf
}

// rateOf is one project's.
type rateOf struct {
	perMinute int64
	limiter   *rate.Limiter
}

// take lets a request through, or says how long to wait.
func (r *rates) take(project string, perMinute int64, now time.Time) (wait time.Duration, ok bool) {
	r.mu.Lock()
	p := r.projects[project]
	if p == nil || p.perMinute != perMinute {
		p = &rateOf{perMinute, rate.NewLimiter(rate.Limit(float64(perMinute)/60), int(max(perMinute/burstShare, 1)))}
		if r.projects == nil {
			r.projects = map[string]*rateOf{}
		}
		r.projects[project] = p
	}
	r.mu.Unlock()
	taken := p.limiter.ReserveN(now, 1)
	if wait = taken.DelayFrom(now); wait > 0 {
		taken.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// checkRate returns a 429 when the project sends too many requests.
func (s *Server) checkRate(p store.Project) error {
	most := s.Jobs.SettingsOf(p).RequestsPerMinute
	if most == nil || *most == 0 {
		return nil
	}
	wait, ok := s.rates.take(p.ID, *most, time.Now())
	if ok {
		return nil
	}
	return &problem{status: http.StatusTooManyRequests, detail: fmt.Sprintf("Too many requests: this project may send %d a minute", *most), after: int(math.Ceil(wait.Seconds()))}
}
