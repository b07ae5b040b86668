package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"recto/internal/store"
)

// ProjectsCmd manages projects, also while a server runs.
type ProjectsCmd struct {
	Create CreateProjectCmd `cmd:"" help:"Make a project and print its id."`
	List   ListProjectsCmd  `cmd:"" help:"List projects."`
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
		list, err := db.Projects(ctx, store.ProjectFilter{})
		if err != nil {
			return err
		}
		for _, p := range list {
			if p.ID != c.Project && p.Name != c.Project {
				continue
			}
			if err := db.DeleteProject(ctx, p.ID); err != nil {
				return fmt.Errorf("delete project %s: %w", p.Name, err)
			}
			fmt.Printf("Deleted %s (%s). The server removes its files and results within a minute, or when it starts.\n", p.Name, p.ID)
			return nil
		}
		return fmt.Errorf("there is no project %q", c.Project)
	})
}
