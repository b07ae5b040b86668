// Command recto parses documents: at the terminal, or as a server that speaks
// the LlamaParse v2 API.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
	kongyaml "github.com/alecthomas/kong-yaml"
)

// version is set by the build.
var version = "dev"

type cli struct {
	Config kong.ConfigFlag `help:"YAML file with flags, also named by RECTO_CONFIG; the environment wins over it." type:"path"`

	Parse    ParseCmd    `cmd:"" help:"Parse files."`
	Serve    ServeCmd    `cmd:"" help:"Run the API server."`
	Worker   WorkerCmd   `cmd:"" help:"Run jobs of servers on other machines."`
	Keys     KeysCmd     `cmd:"" help:"Manage the API's keys."`
	Projects ProjectsCmd `cmd:"" help:"Manage projects."`
	Doctor   DoctorCmd   `cmd:"" help:"Say what is there, what is missing or broken, and what to do."`
	Child    ChildCmd    `cmd:"" hidden:""`
	Version  VersionCmd  `cmd:"" help:"Print the version."`
}

// VersionCmd prints the version.
type VersionCmd struct{}

// Run prints it.
func (VersionCmd) Run() error {
	_, err := fmt.Println("recto", version)
	return err
}

func main() {
	ctx := kong.Parse(&cli{},
		kong.Name("recto"),
		kong.Description("Parses documents into text, markdown and structured items."),
		kong.Configuration(envFirst(kongyaml.Loader), configFiles()...),
		kong.UsageOnError(),
		kong.Exit(exit),
	)
	ctx.FatalIfErrorf(ctx.Run())
}

// configFiles is the file the environment names, if any; the flag of that name
// knows nothing of the environment.
func configFiles() []string {
	if file := os.Getenv("RECTO_CONFIG"); file != "" {
		return []string{file}
	}
	return nil
}

// envFirst lets the environment win over the configuration file, which kong has
// the other way round.
func envFirst(load kong.ConfigurationLoader) kong.ConfigurationLoader {
	return func(r io.Reader) (kong.Resolver, error) {
		file, err := load(r)
		if err != nil {
			return nil, err
		}
		return kong.ResolverFunc(func(c *kong.Context, p *kong.Path, f *kong.Flag) (any, error) {
			for _, name := range f.Tag.Envs {
				if _, set := os.LookupEnv(name); set {
					return nil, nil
				}
			}
			return file.Resolve(c, p, f)
		}), nil
	}
}
