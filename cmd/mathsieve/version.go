package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
)

// version is that of the program. The version of its output is
// recipe.OutputVersion: runs of programs with the same one can be resumed.
const version = "0.1.0"

func newVersionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Version prints the version of the program, of its output and plan formats, and what it was built from.",
		Example: "  mathsieve version",
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			revision := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			_, err := fmt.Fprintf(a.stdout, "mathsieve %s\noutput %s, plan %d\nrevision %s\n%s %s/%s\n",
				version, recipe.OutputVersion, pipeline.PlanSchema, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
