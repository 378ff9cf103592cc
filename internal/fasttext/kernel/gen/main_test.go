package main

import (
	"os"
	"testing"
)

// TestUpToDate holds the committed assembly against the generator.
func TestUpToDate(t *testing.T) {
	committed, err := os.ReadFile("../kernel_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	if string(committed) != render() {
		t.Error("kernel_amd64.s is out of date: run go generate in the package above")
	}
}
