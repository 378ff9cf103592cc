package mathml

import "testing"

func TestTeX(t *testing.T) {
	f := func(r rune, want string) {
		t.Helper()
		if got, ok := TeX(r); got != want || ok != (want != "") {
			t.Errorf("TeX(%q) = %q, %v; want %q", r, got, ok, want)
		}
	}
	f('𝒩', `\mathcal{N}`)
	f('ℍ', `\mathbb{H}`)
	f('𝑘', "k")
	f('𝐯', `\mathbf{v}`)
	f('𝛃', `\boldsymbol{\beta}`)
	f('⊤', `\top`)
	f('ϑ', `\vartheta`)
	f('‖', `\|`)
	f('é', "")
	f('字', "")
	f('²', "")
	f('x', "")
}
