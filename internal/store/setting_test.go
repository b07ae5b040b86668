package store

import (
	"fmt"
	"slices"
	"testing"
)

// TestEveryTableIsErased finds tables that the deletion of a job or a project
// would forget.
func TestEveryTableIsErased(t *testing.T) {
	db := open(t, Config{Dir: t.TempDir()})
	all, err := collect(t.Context(), db.SQL, scanText, `SELECT name FROM sqlite_master WHERE type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, table := range all {
		columns, err := collect(t.Context(), db.SQL, scanText, fmt.Sprintf(`SELECT name FROM pragma_table_info('%s')`, table))
		if err != nil {
			t.Fatal(err)
		}
		ofJob, ofProject := slices.Contains(columns, "job_id"), slices.Contains(columns, "project_id")
		if ofJob && !slices.Contains(jobTables, table) {
			t.Errorf("table %s has job_id and is not in jobTables: deleting a job would leave its rows", table)
		}
		if ofProject && !ofJob && table != "parse_job" && table != "file" && !slices.Contains(projectTables, table) {
			t.Errorf("table %s has project_id and is not in projectTables: deleting a project would leave its rows", table)
		}
		if ofJob || ofProject {
			seen++
		}
	}
	if seen < 9 {
		t.Errorf("%d tables of jobs and projects: the test looks at the wrong place", seen)
	}
}

func TestSettings(t *testing.T) { everywhere(t, testSettings) }

func testSettings(t *testing.T, c Config) {
	db, ctx := open(t, c), t.Context()
	p, err := db.Project(ctx, "")
	if err != nil || p.Settings != (Settings{}) {
		t.Fatalf("new project: %+v, %v", p, err)
	}
	var s, server Settings
	for i, name := range SettingNames() {
		n, m := int64(i), int64(100+i)
		if i > 0 { // the first stays open
			if err := s.Set(name, &n); err != nil {
				t.Fatal(err)
			}
		}
		if err := server.Set(name, &m); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.SaveSettings(ctx, p.ID, s); err != nil {
		t.Fatal(err)
	}
	if p, err = db.Project(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	got := p.Settings.Within(server)
	for i, name := range SettingNames() {
		want := int64(i)
		if i == 0 {
			want = 100
		}
		if n := got.Get(name); n == nil || *n != want {
			t.Errorf("%s = %v, want %d", name, n, want)
		}
	}
	if p.Settings.Get(SettingNames()[0]) != nil {
		t.Error("Within changed the project's own settings")
	}
	many := int64(MaxSetting + 1)
	for name, n := range map[string]*int64{"nonsense": nil, SettingNames()[0]: &many} {
		if err := s.Set(name, n); err == nil {
			t.Errorf("Set(%s) has no error", name)
		}
	}
}
