package text

import "strings"

// Symbol fonts give their signs the codes of letters, or the same codes in the
// private use area from F000 on. The tables below follow the Unicode Consortium's
// mappings; where those name a sign that hardly any font can show and a common one
// looks the same (arrows, bullets, ticks), they have the common one. The hollow
// squares that forms have their boxes from are boxes to tick.

// symbolFont is what the codes of a font mean.
type symbolFont struct {
	name  string // in small letters, without spaces and hyphens
	signs []rune // of the codes from 0x20 on; a space where there is none
	// latin says that letters of Western Europe are codes, too. Wingdings has no
	// letters; Symbol has signs such as × under other codes than Unicode.
	latin bool
}

// symbolFonts in the order in which names are compared.
var symbolFonts = []symbolFont{
	{"wingdings2", wingdings2, true},
	{"wingdings3", wingdings3, true},
	{"wingdings", wingdings, true},
	{"webdings", webdings, true},
	{"zapfdingbats", zapfDingbats(), false},
	{"itczapfdingbats", zapfDingbats(), false},
	{"symbol", symbolGreek, false},
}

// privateCodes is where the codes of symbol fonts begin in the private use area.
const privateCodes = 0xF000

// Symbols turns the codes of a symbol font into the signs it shows. Characters
// that are signs already stay as they are.
func Symbols(font, s string) string {
	f := symbolFontOf(font)
	if f == nil && strings.Contains(font, "Awesome") || strings.HasPrefix(font, "Material") {
		return strings.Map(func(r rune) rune {
			if sign, ok := iconBoxes[r]; ok {
				return sign
			}
			return r
		}, s)
	}
	return strings.Map(func(r rune) rune {
		code := r
		switch {
		case r >= privateCodes && r <= privateCodes+0xFF:
			code -= privateCodes
		case f == nil || r > 0xFF || r > 0x7E && !f.latin:
			return r
		}
		if f != nil {
			if code >= 0x20 && f.signs[code-0x20] != ' ' {
				return f.signs[code-0x20]
			}
			return r
		}
		if sign, ok := commonSigns[code]; ok {
			return sign
		}
		return r
	}, s)
}

// symbolFontOf returns the table of a font, nil for one that nobody knows. It is
// asked for every word and allocates for fonts it knows only.
func symbolFontOf(name string) *symbolFont {
	for i := range symbolFonts {
		f := &symbolFonts[i]
		rest, ok := cutFontName(name, f.name)
		if !ok {
			continue
		}
		rest, _, _ = strings.Cut(strings.ToLower(rest), ",")
		switch fontJoints.Replace(rest) { // "SymbolMT", but not "Symbola", which has Unicode's own codes
		case "", "mt", "ps", "psmt", "std", "bt", "bold", "italic", "bolditalic", "regular":
			return f
		}
	}
	return nil
}

// fontJoints takes out what some write between the words of a font's name.
var fontJoints = strings.NewReplacer(" ", "", "-", "", "_", "")

// cutFontName returns what follows the letters of prefix in a font's name, whatever
// their case and what stands between them.
func cutFontName(name, prefix string) (rest string, ok bool) {
	k := 0
	for i := 0; i < len(name); i++ {
		if k == len(prefix) {
			return name[i:], true
		}
		c := name[i]
		switch {
		case c == ' ' || c == '-' || c == '_':
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if c != prefix[k] {
			return "", false
		}
		k++
	}
	return "", k == len(prefix)
}

// commonSigns are the bullets, ticks and boxes of symbol fonts without a name that
// tells which they are.
var commonSigns = map[rune]rune{
	0x6C: '●', 0x6E: '■', 0x6F: '☐', 0x71: '❑', 0x72: '❒', 0x75: '◆', 0x76: '❖', 0x77: '◆',
	0x9F: '•', 0xA7: '▪', 0xA8: '☐', 0xB7: '•', 0xD8: '➢', 0xE0: '→', 0xF0: '⇨', 0xFC: '✔', 0xFB: '✘', 0xFE: '☑', 0xA3: '☐', 0x52: '☑', 0x2D: '-',
	0xAE: '→', 0xB3: '≥',
}

// iconBoxes are the boxes and radio buttons of Font Awesome (F…) and of Material
// Icons (E…), fonts of pictures for web pages.
var iconBoxes = map[rune]rune{
	0xF046: '☑', 0xF096: '☐', 0xF10C: '☐', 0xF14A: '☑', 0xF192: '☒',
	0xE834: '☑', 0xE835: '☐', 0xE836: '☐', 0xE837: '☒', 0xF00C: '✔', 0xF00D: '✘', 0xE5CA: '✔', 0xE5CD: '✘',
}

// zapfDingbats returns the signs of Zapf Dingbats, which Unicode's block of
// dingbats follows but for those it had already.
func zapfDingbats() []rune {
	signs := []rune(strings.Repeat(" ", 0x100-0x20))
	for code := 0x21; code <= 0x7E; code++ {
		signs[code-0x20] = rune(0x2700 + code - 0x20)
	}
	for code := 0xA1; code <= 0xFE; code++ {
		signs[code-0x20] = rune(0x2700 + code - 0x40)
	}
	for i, circled := 0, '①'; i < 10; i++ {
		signs[0xAC-0x20+i] = circled + rune(i)
	}
	for code, sign := range map[int]rune{
		0x25: '☎', 0x2A: '☛', 0x2B: '☞', 0x48: '★', 0x6C: '●', 0x6E: '■', 0x73: '▲', 0x74: '▼', 0x75: '◆', 0x77: '◗',
		0xA8: '♣', 0xA9: '♦', 0xAA: '♥', 0xAB: '♠', 0xD5: '→', 0xD6: '↔', 0xD7: '↕', 0xF0: ' ',
	} {
		signs[code-0x20] = sign
	}
	return signs
}

// symbolGreek are the signs of Symbol, of Adobe and Windows alike.
var symbolGreek = []rune("" +
	" !∀#∃%&∍()*+,−./0123456789:;<=>?" +
	"≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_" +
	"‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}~ " +
	"                                " +
	"€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵" +
	"ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓" +
	"◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ ")

// wingdings are the signs of Wingdings.
var wingdings = []rune("" +
	" 🖉✂✁👓🕭🕮🕯🕿✆🖂🖃📪📫📬📭🗀🗁🗎🗏🗐🗄⌛🖮🖰🖲🖳🖴🖫🖬✇✍" +
	"🖎✌🖏👍👎☜☞☝☟🖐☺😐☹💣🕱🏳🏱✈☼🌢❄🕆✞🕈✠✡☪☯🕉☸♈♉" +
	"♊♋♌♍♎♏♐♑♒♓🙰🙵●○■☐□❑❒◆◆◆❖◆☒⮹⌘🏵🏶🙶🙷▯" +
	"🄋➀➁➂➃➄➅➆➇➈➉🄌➊➋➌➍➎➏➐➑➒➓🙢🙠🙡🙣🙞🙜🙝🙟·•" +
	"⬝○○○◉◎🔿▪☐🟁🟅★🟋🟏🟓🟑⯐⌖⯎⯏⯑✪✰🕐🕑🕒🕓🕔🕕🕖🕗🕘" +
	"🕙🕚🕛⮰⮱⮲⮳⮴⮵⮶⮷🙪🙫🙕🙔🙗🙖🙐🙑🙒🙓⌫⌦⮘➢⮙⮛⮈⮊⮉⮋←" +
	"→↑↓↖↗↙↘←→↑↓↖↗↙↘⇦⇨⇧⇩⬄⇳⬁⬀⬃⬂🢬🢭✘✔☒☑ ")

// wingdings2 are the signs of Wingdings 2.
var wingdings2 = []rune("" +
	" 🖊🖋🖌🖍✄✀🕾🕽🗅🗆🗇🗈🗉🗊🗋🗌🗍📋🗑🗔🖵🖶🖷🖸🖭🖯🖱🖒🖓🖘🖙" +
	"🖚🖛👈👉🖜🖝🖞🖟🖠🖡👆👇🖢🖣🖑✗✔☒☑⮽☒⮾⮿🛇⦸🙱🙴🙲🙳‽🙹🙺" +
	"🙻🙦🙤🙥🙧🙚🙘🙙🙛⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿ " +
	"☉🌕☽☾⸿✝🕇🕜🕝🕞🕟🕠🕡🕢🕣🕤🕥🕦🕧🙨🙩⋅••●○○○○⊙⦿🞌" +
	"▪◾■□□□□▣▣▣▣🞗◆◆◆◇◈◈◈◈🞝◆⬪◆◊◈◖◗⯊⯋⯀⯁" +
	"⬟⯂⬣⬢⯃⯄🞡🞢🞣🞤🞥🞦🞧🞨🞩🞪🞫🞬🞭🞮🞯🞰🞱🞲🞳🞴🞵🞶🞷🞸🞹🞺" +
	"🞻🞼🞽🞾🞿🟀🟂🟄🟆🟉🟊✶🟌🟎🟐🟒✹🟃🟇✯🟍🟔⯌⯍※⁂      ")

// wingdings3 are the signs of Wingdings 3.
var wingdings3 = []rune("" +
	" ←→↑↓↖↗↙↘⭰⭲⭱⭳⭶⭸⭻⭽↔↕⭪⭬⭫⭭⭍⮠⮡⮢⮣⮤⮥⮦⮧" +
	"⮐⮑⮒⮓⮀⮃⭾⭿⮄⮆⮅⮇⮏⮍⮎⮌⭮⭯⎋⌤⌃⌥␣⍽⇪⮸🢠🢡🢢🢣🢤🢥" +
	"🢦🢧🢨🢩🢪🢫←→↑↓↖↗↙↘🡘🡙▲▼△▽◀▶◁▷◣◢◤◥◂▸▴ " +
	"▾⯅⯆⯇⯈⮜⮞⮝⮟🠐🠒🠑🠓🠔🠖🠕🠗🠘🠚🠙🠛🠜🠞🠝🠟🠀🠂🠁🠃🠄🠆🠅" +
	"🠇🠈🠊🠉🠋🠠🠢🠤🠦🠨🠪🠬🢜🢝🢞🢟🠮🠰🠲🠴🠶🠸🠺🠹🠻🢘🢚🢙🢛🠼🠾🠽" +
	"🠿🡀🡂🡁🡃🡄🡆🡅🡇⮨⮩⮪⮫⮬⮭⮮⮯←→↑↓↖↗↙↘←→↑↓↖↗↙" +
	"↘←→↑↓↖↗↙↘🢐🢒🢑🢓🢔🢖🢕🢗               ")

// webdings are the signs of Webdings.
var webdings = []rune("" +
	" 🕷🕸🕲🕶🏆🎖🖇🗨🗩🗰🗱🌶🎗🙾🙼🗕🗖🗗⏴⏵⏶⏷⏪⏩⏮⏭⏸⏹⏺🗚🗳" +
	"🛠🏗🏘🏙🏚🏜🏭🏛🏠🏖🏝🛣🔍🏔👁👂🏞🏕🛤🏟🛳🕬🕫🕨🔈🎔🎕🗬🙽🗭🗪🗫" +
	"⮔✔🚲⬜🛡📦🛱⬛🚑🛈🛩🛰🟈🕴⬤🛥🚔🗘🗙❓🛲🚇🚍⛳⦸⊖🚭🗮⏐🗯🗲 " +
	"🚹🚺🛉🛊🚼👽🏋⛷🏂🏌🏊🏄🏍🏎🚘🗠🛢💰🏷💳👪🗡🗢🗣✯🖄🖅🖃🖆🖹🖺🖻" +
	"🕵🕰🖽🖾📋🗒🗓🕮📚🗞🗟🗃🗂🖼🎭🎜🎘🎙🎧💿🎞📷🎟🎬📽📹📾📻🎚🎛📺💻" +
	"🖥🖦🖧🕹🎮🕻🕼📟🖁🖀🖨🖩🖿🖪🗜🔒🔓🗝📥📤🕳🌣🌤🌥🌦☁🌨🌧🌩🌪🌬🌫" +
	"🌜🌡🛋🛏🍽🍸🛎🛍Ⓟ♿🛆🖈🎓🗤🗥🗦🗧🛪🐿🐦🐟🐕🐈🙬🙮🙭🙯🗺🌍🌏🌎🕊")
