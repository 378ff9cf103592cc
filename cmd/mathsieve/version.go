package main

import (
	"encoding/json"
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

// versionInfo is what there is to know of the program.
type versionInfo struct {
	Version  string `json:"version"`
	Output   string `json:"output"`
	Plan     int    `json:"plan"`
	Revision string `json:"revision"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersionInfo() versionInfo {
	v := versionInfo{
		Version: version, Output: recipe.OutputVersion, Plan: pipeline.PlanSchema, Revision: "unknown",
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Revision = s.Value
			}
		}
	}
	return v
}

func (v versionInfo) String() string {
	return fmt.Sprintf("mathsieve %s\noutput %s, plan %d\nrevision %s\n%s %s\n", v.Version, v.Output, v.Plan, v.Revision, v.Go, v.Platform)
}

func newVersionCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Version prints the version of the program, of its output and plan formats, and what it was built from.",
		Example: "  mathsieve version\n  mathsieve version --json | jq -r .version",
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return json.NewEncoder(a.stdout).Encode(newVersionInfo())
			}
			_, err := fmt.Fprint(a.stdout, newVersionInfo())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object")
	return cmd
}
