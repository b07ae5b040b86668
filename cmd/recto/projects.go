package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"recto/internal/store"
)

// ProjectsCmd manages projects, also while a server runs.
type ProjectsCmd struct {
	Create CreateProjectCmd `cmd:"" help:"Make a project and print its id."`
	List   ListProjectsCmd  `cmd:"" help:"List projects."`
	Set    SetProjectCmd    `cmd:"" help:"Change the settings of a project."`
	Delete DeleteProjectCmd `cmd:"" help:"Delete a project with its keys, files, jobs and results."`
}

// CreateProjectCmd makes a project.
type CreateProjectCmd struct {
	DataFlags `embed:""`

	Name string `arg:"" help:"Name of the project."`
}

// Run prints the id alone on standard output, for scripts.
func (c *CreateProjectCmd) Run() error {
	return withStore(c.DataFlags, func(ctx context.Context, db *store.DB) error {
		p, err := db.AddProject(ctx, c.Name)
		if errors.Is(err, store.ErrTaken) {
			return fmt.Errorf("there is a project %q already", c.Name)
		}
		if err != nil {
			return err
		}
		fmt.Println(p.ID)
		return nil
	})
}

// ListProjectsCmd lists projects.
type ListProjectsCmd struct {
	DataFlags `embed:""`
}

// Run prints a table.
func (c *ListProjectsCmd) Run() error {
	return withStore(c.DataFlags, func(ctx context.Context, db *store.DB) error {
		list, err := db.Projects(ctx, store.ProjectFilter{})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tDEFAULT\tCREATED")
		for _, p := range list {
			isDefault := "-"
			if p.Default {
				isDefault = "yes"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.ID, p.Name, isDefault, day(p.CreatedAt))
		}
		return w.Flush()
	})
}

// DeleteProjectCmd deletes a project.
type DeleteProjectCmd struct {
	DataFlags `embed:""`

	Project string `arg:"" help:"Name or id of the project."`
}

// Run ends the project's keys at once. A running server removes what the
// project owned within a minute, one that starts later at its start.
func (c *DeleteProjectCmd) Run() error {
	return withStore(c.DataFlags, func(ctx context.Context, db *store.DB) error {
		p, err := findProject(ctx, db, c.Project)
		if err != nil {
			return err
		}
		if err := db.DeleteProject(ctx, p.ID); err != nil {
			return fmt.Errorf("delete project %s: %w", p.Name, err)
		}
		fmt.Printf("Deleted %s (%s). The server removes its files and results within a minute, or when it starts.\n", p.Name, p.ID)
		return nil
	})
}

// findProject returns the project of that name or id.
func findProject(ctx context.Context, db *store.DB, which string) (store.Project, error) {
	list, err := db.Projects(ctx, store.ProjectFilter{})
	for _, p := range list {
		if p.ID == which || p.Name == which {
			return p, nil
		}
	}
	return store.Project{}, errors.Join(err, fmt.Errorf("there is no project %q", which))
}

// SetProjectCmd changes settings.
type SetProjectCmd struct {
	DataFlags `embed:""`

	Project  string   `arg:"" help:"Name or id of the project."`
	Settings []string `arg:"" optional:"" help:"Settings to change, NAME=NUMBER; 0 is no limit, NAME=default what the server says. Without any they are shown."`
}

// Run changes what is named and prints all settings. They count for what a
// running server does next.
func (c *SetProjectCmd) Run() error {
	return withStore(c.DataFlags, func(ctx context.Context, db *store.DB) error {
		p, err := findProject(ctx, db, c.Project)
		if err != nil {
			return err
		}
		for _, setting := range c.Settings {
			if err := change(&p.Settings, setting); err != nil {
				return err
			}
		}
		if len(c.Settings) > 0 {
			if p, err = db.SaveSettings(ctx, p.ID, p.Settings); err != nil {
				return err
			}
		}
		for _, name := range store.SettingNames() {
			value := "default"
			if n := p.Settings.Get(name); n != nil {
				value = strconv.FormatInt(*n, 10)
			}
			fmt.Printf("%s=%s\n", name, value)
		}
		return nil
	})
}

// change makes one change, NAME=NUMBER or NAME=default.
func change(s *store.Settings, setting string) error {
	name, value, _ := strings.Cut(setting, "=")
	if value == "default" {
		return s.Set(name, nil)
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not NAME=NUMBER or NAME=default; names are %s", setting, strings.Join(store.SettingNames(), ", "))
	}
	return s.Set(name, &n)
}
