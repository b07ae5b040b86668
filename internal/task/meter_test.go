package task

import (
	"testing"
	"testing/synctest"
	"time"

	"recto/internal/engine"
)

func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMeter(nil)
		m.begin(t.Context())
		m.note(1, engine.Reading, true)
		m.note(2, engine.Reading, true)
		time.Sleep(3 * time.Second)
		m.note(1, engine.Recognizing, true)
		time.Sleep(10 * time.Second)
		m.note(1, engine.Recognizing, false)
		time.Sleep(time.Second)
		m.note(1, engine.Reading, false)
		m.note(2, engine.Showing, false) // it never began
		m.note(2, engine.Reading, false)
		m.note(3, engine.Reading, true) // the try ends before it does
		m.begin(t.Context())
		m.note(3, engine.Reading, false)
		for range 1000 {
			m.note(4, engine.Reading, true)
		}
		for i := range 5000 {
			m.note(i+10, engine.Reading, true)
		}
		if got := m.sums(); got[engine.Reading] != 18*time.Second || got[engine.Recognizing] != 10*time.Second || len(got) != 2 {
			t.Errorf("sums: %v, want 18s of reading (4 and 14) and 10s of recognizing", got)
		}
		if len(m.pages) != maxMeasured || len(m.pages[4]) != maxDepth {
			t.Errorf("%d pages, %d steps of one", len(m.pages), len(m.pages[4]))
		}
	})
}

// TestBelieve: a child may say anything about its time.
func TestBelieve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMeter(nil)
		m.begin(t.Context())
		began := time.Now()
		time.Sleep(10 * time.Second)
		good := Report{Parse: 7 * time.Second, Save: time.Second, Layout: engine.Timing{At: began.Add(time.Second), Took: 6 * time.Second}, Recognized: 2}
		kept := good
		m.believe(&kept)
		if kept.Parse != good.Parse || kept.Save != good.Save || kept.Layout != good.Layout || kept.Recognized != 2 {
			t.Errorf("%+v became %+v", good, kept)
		}
		for _, bad := range []engine.Timing{{At: began, Took: time.Hour}, {At: began.Add(-time.Second), Took: time.Second}, {At: began.Add(time.Second), Took: -time.Second}, {At: time.Time{}, Took: time.Second}} {
			rep := Report{Parse: time.Hour, Save: -time.Hour, Layout: bad, Render: bad, FailedPages: -1, Recognized: -5}
			m.believe(&rep)
			if rep.Parse != 10*time.Second || rep.Save != 0 || rep.Layout.Took != 0 || rep.Render.Took != 0 || rep.FailedPages != 0 || rep.Recognized != 0 {
				t.Errorf("with %+v: %+v", bad, rep)
			}
		}
	})
}
