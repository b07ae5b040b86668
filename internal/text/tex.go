package text

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// texNames are the commands of TeX for signs of mathematics.
var texNames = map[rune]string{
	'α': "alpha", 'β': "beta", 'γ': "gamma", 'δ': "delta", 'ε': "varepsilon", 'ϵ': "epsilon", 'ζ': "zeta", 'η': "eta", 'θ': "theta",
	'ϑ': "vartheta", 'ι': "iota", 'κ': "kappa", 'λ': "lambda", 'μ': "mu", 'µ': "mu", 'ν': "nu", 'ξ': "xi", 'π': "pi", 'ρ': "rho",
	'ϱ': "varrho", 'σ': "sigma", 'ς': "varsigma", 'τ': "tau", 'υ': "upsilon", 'φ': "varphi", 'ϕ': "phi", 'χ': "chi", 'ψ': "psi", 'ω': "omega",
	'Γ': "Gamma", 'Δ': "Delta", '∆': "Delta", 'Θ': "Theta", 'Λ': "Lambda", 'Ξ': "Xi", 'Π': "Pi", 'Σ': "Sigma", 'Υ': "Upsilon",
	'Φ': "Phi", 'Ψ': "Psi", 'Ω': "Omega",
	'∑': "sum", '∏': "prod", '∐': "coprod", '∫': "int", '∮': "oint", '⋃': "bigcup", '⋂': "bigcap", '⋀': "bigwedge", '⋁': "bigvee",
	'≤': "leq", '≥': "geq", '≠': "neq", '≈': "approx", '≡': "equiv", '∼': "sim", '≃': "simeq", '≅': "cong", '∝': "propto",
	'∈': "in", '∉': "notin", '∋': "ni", '⊂': "subset", '⊆': "subseteq", '⊃': "supset", '⊇': "supseteq", '∪': "cup", '∩': "cap",
	'∧': "wedge", '∨': "vee", '¬': "neg", '∀': "forall", '∃': "exists", '∅': "emptyset", '∞': "infty", '∂': "partial", '∇': "nabla",
	'±': "pm", '∓': "mp", '×': "times", '÷': "div", '·': "cdot", '⋅': "cdot", '∗': "ast", '∘': "circ", '⊕': "oplus", '⊗': "otimes", '†': "dagger",
	'→': "rightarrow", '←': "leftarrow", '↔': "leftrightarrow", '⇒': "Rightarrow", '⇐': "Leftarrow", '⇔': "Leftrightarrow", '↦': "mapsto",
	'…': "ldots", '⋯': "cdots", '⋮': "vdots", '⋱': "ddots", '√': "surd", '′': "prime", '≪': "ll", '≫': "gg", '≺': "prec", '≻': "succ",
	'⟨': "langle", '⟩': "rangle", '⌊': "lfloor", '⌋': "rfloor", '⌈': "lceil", '⌉': "rceil", '‖': "|", '⊤': "top", '{': "{", '}': "}", '%': "%",
	'#': "#", '&': "&", '_': "_", '$': "$", 'ℓ': "ell", 'ℏ': "hbar", '⊥': "perp", '∠': "angle", '□': "square", '\\': "backslash",
}

// texFunctions are the functions TeX has a command for.
const texFunctions = " sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan log ln lg exp max min sup inf lim limsup liminf det dim ker gcd arg deg hom Pr "

// TeXFunction reports whether TeX has a command of this name for a function.
func TeXFunction(name string) bool { return strings.Contains(texFunctions, " "+name+" ") }

// TeX writes signs of mathematics as TeX's commands; letters of the mathematical
// alphabets become plain ones.
func TeX(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 0x1D400 && r <= 0x1D7FF {
			r, _ = utf8.DecodeRuneInString(norm.NFKC.String(string(r)))
		}
		name, ok := texNames[r]
		switch {
		case r == '−':
			b.WriteByte('-')
		case r == '∣':
			b.WriteByte('|')
		case !ok:
			b.WriteRune(r)
		case len(name) == 1:
			b.WriteString(`\` + name)
		default:
			b.WriteString(`\` + name + " ")
		}
	}
	return b.String()
}
