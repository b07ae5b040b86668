package markdown

import "unicode"

// CommonMark reads a row of asterisks as opening or closing by the characters
// on both sides of it. Versions differ in whether symbols (+, ©, €) count as
// punctuation; a delimiter is good only if all of them agree, and a character of
// the text is dangerous as soon as one of them would read it as a delimiter.

// isPunct reports whether a character is punctuation, with or without symbols.
func isPunct(r rune, symbols bool) bool {
	if r < 0x80 {
		return r > ' ' && r < 0x7F && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	return unicode.IsPunct(r) || symbols && unicode.IsSymbol(r)
}

// isEdge reports whether there is white space or nothing.
func isEdge(r rune) bool { return r == 0 || isSpace(r) }

func leftFlanking(before, after rune, symbols bool) bool {
	return !isEdge(after) && (!isPunct(after, symbols) || isEdge(before) || isPunct(before, symbols))
}

// canOpen reports whether asterisks or tildes between the two characters open
// emphasis for every reader.
func canOpen(before, after rune) bool {
	return leftFlanking(before, after, true) && leftFlanking(before, after, false)
}

// canClose reports whether they close emphasis for every reader.
func canClose(before, after rune) bool { return canOpen(after, before) }

// mayClose reports whether they close emphasis for some reader.
func mayClose(before, after rune) bool {
	return leftFlanking(after, before, true) || leftFlanking(after, before, false)
}

// means reports whether a row of n delimiter characters c of the text could be
// read as a delimiter by some reader.
func means(c byte, n int, before, after rune) bool {
	for _, symbols := range []bool{true, false} {
		opens, closes := leftFlanking(before, after, symbols), leftFlanking(after, before, symbols)
		switch c {
		case '*':
			if opens || closes {
				return true
			}
		case '_':
			if opens && (!closes || isPunct(before, symbols)) || closes && (!opens || isPunct(after, symbols)) {
				return true
			}
		case '~': // an opening one without a closing one is text
			if closes || n > 1 {
				return true
			}
		}
	}
	return c == '*' && before == '\n' || n > 2 // a bullet, a thematic break
}
