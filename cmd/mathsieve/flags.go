package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"mathsieve/internal/config"
)

// settingFlag is a flag that writes one setting. Its default is the value
// that the layers below the flags gave, so --help shows what would hold.
type settingFlag struct {
	config *config.Config
	key    string
	used   bool
}

func (f *settingFlag) String() string {
	if f.config == nil {
		return ""
	}
	value, err := f.config.Get(f.key)
	if err != nil {
		return err.Error()
	}
	return value
}

func (f *settingFlag) Set(text string) error {
	if f.used {
		// --input a --input b is the same as --input a,b.
		before, err := f.config.Get(f.key)
		if err != nil {
			return err
		}
		if f.Type() == "list" {
			text = before + "," + text
		}
	}
	f.used = true
	return f.config.Set(f.key, text)
}

func (f *settingFlag) Type() string {
	if f.config != nil && f.config.IsList(f.key) {
		return "list"
	}
	return "value"
}

// setting declares a flag for the setting named by key.
func (a *app) setting(flags *pflag.FlagSet, name, key, usage string) {
	flag := flags.VarPF(&settingFlag{config: &a.config, key: key}, name, "", usage)
	if value, err := a.config.Get(key); err == nil && value == "false" {
		flag.NoOptDefVal = "true"
	}
}

// setFlag is --set KEY=VALUE.
type setFlag struct{ config *config.Config }

func (f setFlag) String() string { return "" }
func (f setFlag) Type() string   { return "KEY=VALUE" }

func (f setFlag) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%q is not KEY=VALUE", text)
	}
	return f.config.Set(key, value)
}
