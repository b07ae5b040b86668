// Command recto parses documents: at the terminal, or as a server that speaks
// the LlamaParse v2 API.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
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
	Health   HealthCmd   `cmd:"" help:"Ask a running server whether it works."`
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
	if err := readSecretFiles(secretSettings...); err != nil {
		fmt.Fprintln(os.Stderr, "recto: error:", err)
		os.Exit(usageExit)
	}
	ctx := kong.Parse(&cli{},
		kong.Name("recto"),
		kong.Description("Parses documents into text, markdown and structured items."),
		kong.Configuration(readSettings, configFiles()...),
		kong.UsageOnError(),
		kong.Exit(exit),
	)
	ctx.FatalIfErrorf(ctx.Run())
}
