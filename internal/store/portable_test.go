package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestFiles lists files whose names sort otherwise in most languages.
func TestFiles(t *testing.T) { everywhere(t, testFiles) }

func testFiles(t *testing.T, c Config) {
	db, ctx := open(t, c), t.Context()
	p, err := db.Project(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"Zebra", "_x", "a-b", "ab", "apple", "Älg", "bad"}
	slices.Sort(names)
	for i, name := range slices.Backward(names) {
		stored := name
		if name == "bad" {
			stored = "b\x00a\xffd" // hostile: what PostgreSQL cannot store must not break the upload
		}
		f := File{ID: uuid.NewString(), ProjectID: p.ID, Name: stored, Size: 1, ByHand: true, CreatedAt: time.Now().Add(time.Duration(i) * time.Hour)}
		if err := db.AddFile(ctx, f); err != nil {
			t.Fatalf("AddFile(%q) = %v", stored, err)
		}
	}
	for _, o := range []Order{{By: "name"}, {By: "name", Desc: true}, {By: "created_at"}, {By: "id"}} {
		var got []string
		f := FileFilter{Project: p.ID, Order: o, OnlyByHand: true, Limit: 2}
		for {
			page, err := db.Files(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page {
				if strings.HasPrefix(x.Name, "b") {
					x.Name = "bad"
				}
				got = append(got, x.Name)
			}
			if len(page) == 0 {
				break
			}
			after := o.CursorAfter(page[len(page)-1])
			f.After = &after
		}
		want := slices.Clone(names)
		if o.Desc {
			slices.Reverse(want)
		}
		if o.By == "id" {
			slices.Sort(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("order %+v gives %v, want %v", o, got, want)
		}
	}
	if list, err := db.Files(ctx, FileFilter{Project: p.ID, Name: "no\x00such", Limit: 5}); err != nil || len(list) != 0 {
		t.Errorf("a name with a zero byte finds %v, %v", list, err)
	}
}

// TestJobLife takes a job through its states, by two attempts at once.
func TestJobLife(t *testing.T) { everywhere(t, testJobLife) }

func testJobLife(t *testing.T, c Config) {
	db, ctx := open(t, c), t.Context()
	p, err := db.Project(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	in := func(f func(*sql.Tx) error) error { return db.Tx(ctx, f) }
	j := Job{ID: uuid.NewString(), ProjectID: p.ID, Name: "a", Tier: "fast", Version: "1", Config: "{}", DedupeKey: "d", CreatedAt: time.Now()}
	if err := in(func(tx *sql.Tx) error { return AddJobTx(ctx, tx, j) }); err != nil {
		t.Fatal(err)
	}
	for want := int64(1); want <= 2; want++ {
		err := in(func(tx *sql.Tx) error {
			started, err := StartJobTx(ctx, tx, j.ID)
			if started.Attempt != want {
				t.Errorf("attempt = %d, want %d", started.Attempt, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	finish := func(attempt int64) error {
		return in(func(tx *sql.Tx) error {
			if err := FinishJobTx(ctx, tx, j.ID, attempt, "COMPLETED", "odd \xff\x00 message", "{}"); err != nil {
				return err
			}
			r := Result{Name: "text.json", Blob: "jobs/x/text.json", Size: 3, ContentType: "application/json"}
			if err := AddResultTx(ctx, tx, j.ID, r); err != nil {
				return err
			}
			if err := AddImageTx(ctx, tx, j.ID, Image{Name: "i.png", Page: 1, WidthPx: 3, Blob: "b"}); err != nil {
				return err
			}
			return CacheTx(ctx, tx, p.ID, "key", j.ID)
		})
	}
	if err := finish(1); !errors.Is(err, ErrNotFound) {
		t.Errorf("the first attempt finishes with %v, want ErrNotFound: the second has taken over", err)
	}
	// Many at once: one may finish or end it, the others come too late.
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			end := func() error { return finish(2) }
			if i%2 == 1 {
				end = func() error {
					return in(func(tx *sql.Tx) error { _, err := EndJobTx(ctx, tx, p.ID, j.ID, "COMPLETED", ""); return err })
				}
			}
			err := end()
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, ErrNotFound):
				t.Errorf("finish = %v", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d ended the job, want 1", won.Load())
	}
	if got, err := db.Jobs(ctx, JobFilter{Project: p.ID, Statuses: []string{"COMPLETED"}, IDs: []string{j.ID}, From: time.Now().Add(-time.Minute), To: time.Now(), Limit: 3}); err != nil || len(got) != 1 {
		t.Errorf("Jobs = %v, %v", got, err)
	}
	if err := in(func(tx *sql.Tx) error { _, err := EraseJobTx(ctx, tx, p.ID, j.ID); return err }); err != nil {
		t.Fatal(err)
	}
	if r, err := db.Results(ctx, j.ID); err != nil || len(r) != 0 {
		t.Errorf("results of a deleted job: %v, %v", r, err)
	}
}

// TestRest makes every other statement run once.
func TestRest(t *testing.T) { everywhere(t, testRest) }

func testRest(t *testing.T, c Config) {
	db, ctx := open(t, c), t.Context()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	p, err := db.AddProject(ctx, "one")
	must("add project", err)
	_, err = db.AddProject(ctx, "one")
	if !errors.Is(err, ErrTaken) {
		t.Errorf("AddProject twice = %v, want ErrTaken", err)
	}
	_, err = db.RenameProject(ctx, p.ID, "two")
	must("rename", err)
	k, _, err := db.CreateAdminKey(ctx, p.ID, "k")
	must("key", err)
	_, err = db.Keys(ctx)
	must("keys", err)
	has, err := db.HasKeys(ctx)
	if must("has keys", err); !has {
		t.Error("no keys")
	}
	_, err = db.RevokeKey(ctx, k.Prefix)
	must("revoke", err)
	x := Configuration{ID: uuid.NewString(), ProjectID: p.ID, Name: "n", ProductType: "parse_v2", Parameters: "{}"}
	x, err = db.SaveConfiguration(ctx, x)
	must("save configuration", err)
	again, err := db.SaveConfiguration(ctx, Configuration{ID: uuid.NewString(), ProjectID: p.ID, Name: "n", ProductType: "parse_v2", Parameters: "[]"})
	if must("save again", err); again.ID != x.ID || again.Parameters != "[]" {
		t.Errorf("saved again: %+v", again)
	}
	_, err = db.UpdateConfiguration(ctx, x)
	must("update configuration", err)
	cursor := CursorAfterConfiguration(x)
	_, err = db.Configurations(ctx, ConfigurationFilter{Project: p.ID, Name: "n", ProductTypes: []string{"parse_v2"}, After: &cursor, Limit: 2})
	must("configurations", err)
	first, err := db.Secret(ctx, "links")
	must("secret", err)
	if again, err := open(t, c).Secret(ctx, "links"); err != nil || string(again) != string(first) || len(first) != secretSize {
		t.Errorf("Secret = %x and %x, %v", first, again, err)
	}
	must("beat", db.Beat(ctx, "w"))
	must("beat again", db.Beat(ctx, "w"))
	if seen, err := db.Seen(ctx); err != nil || len(seen) != 1 {
		t.Errorf("Seen = %v, %v", seen, err)
	}
	must("forget workers", db.ForgetWorkers(ctx, time.Now()))
	h, err := db.AddWebhook(ctx, Webhook{ID: uuid.NewString(), ProjectID: p.ID, URL: "http://x/", Events: []string{"a"}})
	must("webhook", err)
	_, err = db.UpdateWebhook(ctx, h)
	must("update webhook", err)
	n, err := db.CountWebhooks(ctx, p.ID)
	if must("count webhooks", err); n != 1 {
		t.Errorf("%d webhooks", n)
	}
	j := Job{ID: uuid.NewString(), ProjectID: p.ID, Config: "{}", CreatedAt: time.Now()}
	must("job", db.Tx(ctx, func(tx *sql.Tx) error {
		if err := db.SerializeTx(ctx, tx, "x"); err != nil {
			return err
		}
		if err := AddJobTx(ctx, tx, j); err != nil {
			return err
		}
		if err := AddJobWebhooksTx(ctx, tx, j.ID, []Webhook{h, {URL: "http://y/", Headers: map[string]string{"a": "b"}}}); err != nil {
			return err
		}
		list, err := JobWebhooksTx(ctx, tx, j.ID)
		if len(list) != 2 {
			t.Errorf("webhooks of the job: %v", list)
		}
		return err
	}))
	_, err = db.UnfinishedJobs(ctx, time.Now())
	must("unfinished", err)
	must("delete webhook", db.DeleteWebhook(ctx, p.ID, h.ID))
	must("delete project", db.DeleteProject(ctx, p.ID))
	left, err := db.ProjectJobs(ctx, p.ID, 5)
	if must("jobs of a project", err); len(left) != 1 || left[0].ID != j.ID || !left[0].Live {
		t.Fatalf("left = %+v", left)
	}
	must("purge", db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := DropJobTx(ctx, tx, left[0].ID)
		return errors.Join(err, DropProjectTx(ctx, tx, p.ID))
	}))
	must("check", Check(ctx, c))
}

// TestAlone has several processes at one task.
func TestAlone(t *testing.T) { everywhere(t, testAlone) }

func testAlone(t *testing.T, c Config) {
	if c.Address == "" {
		t.Skip("on SQLite there is one process")
	}
	one, two, ctx := open(t, c), open(t, c), t.Context()
	err := one.Alone(ctx, "task", func() error {
		return two.Alone(ctx, "task", func() error { return errors.New("both are at it") })
	})
	if err != nil {
		t.Error(err)
	}
	ran := false
	if err := two.Alone(ctx, "task", func() error { ran = true; return nil }); err != nil || !ran {
		t.Errorf("afterwards ran = %t, %v", ran, err)
	}
}

func TestCheckAddress(t *testing.T) {
	for address, good := range map[string]bool{"": true, "postgres://a@b/c": true, "postgresql://a/c": true, "mysql://a": false, "recto.db": false} {
		if err := CheckAddress(address); (err == nil) != good {
			t.Errorf("CheckAddress(%q) = %v", address, err)
		}
	}
	_, err := Open(context.Background(), Config{Address: "postgres://me:hush@127.0.0.1:1/x"})
	if err == nil || strings.Contains(fmt.Sprint(err, Config{Address: "postgres://me:hush@127.0.0.1:1/x"}.Place()), "hush") {
		t.Errorf("Open without a server = %v, want an error without the password", err)
	}
}
