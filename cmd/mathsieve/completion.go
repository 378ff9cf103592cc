package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mathsieve/internal/config"
	"mathsieve/internal/corpus"
	"mathsieve/internal/dedup"
	"mathsieve/internal/recipe"
)

// completes registers what the shell offers as the value of a flag.
func completes(cmd *cobra.Command, flag string, offer cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, offer); err != nil {
		panic(err) // there is no such flag
	}
}

// words offers fixed words.
func words(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// completeSettings lets the shell offer the values of the flags for settings
// that have few.
func completeSettings(cmd *cobra.Command) {
	few := map[string]cobra.CompletionFunc{
		"output.format":      words(corpus.JSONLZstd.String(), corpus.JSONLGzip.String(), corpus.JSONL.String(), corpus.Parquet.String()),
		"runtime.log-format": words("text", "json"),
		"dedup.scope":        words(dedup.ScopeAll, dedup.ScopeFolder, dedup.ScopeFile),
	}
	own := func(f *pflag.Flag) {
		if setting, ok := f.Value.(*settingFlag); ok && few[setting.key] != nil {
			completes(cmd, f.Name, few[setting.key])
		}
	}
	cmd.LocalNonPersistentFlags().VisitAll(own)
	cmd.PersistentFlags().VisitAll(own)
	for _, sub := range cmd.Commands() {
		completeSettings(sub)
	}
}

// settingKeys offers KEY= for --set, with what the setting means.
func settingKeys(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if strings.Contains(begun, "=") {
		return nil, cobra.ShellCompDirectiveDefault // a value, which may be a file
	}
	var keys []cobra.Completion
	for _, key := range config.Keys() {
		if strings.HasPrefix(key, begun) {
			keys = append(keys, cobra.CompletionWithDesc(key+"=", config.Help(key)))
		}
	}
	return keys, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// rowFields offers the next of the fields that commas stand between.
func rowFields(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	before := begun[:strings.LastIndexByte(begun, ',')+1]
	var lists []cobra.Completion
	for _, field := range recipe.Fields() {
		if strings.HasPrefix(before+field, begun) && !strings.Contains(","+before, ","+field+",") {
			lists = append(lists, before+field)
		}
	}
	return lists, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// stagesOf offers the stages of the run that another flag names.
func stagesOf(flag string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		dir, err := cmd.Flags().GetString(flag)
		if err != nil || dir == "" {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		_, r, err := recipe.Open(dir)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var names []cobra.Completion
		for _, s := range r.Stages {
			if strings.HasPrefix(s.Name, begun) {
				names = append(names, s.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}
