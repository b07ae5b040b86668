package ocr

import (
	"maps"
	"slices"
)

// packs names Tesseract's language pack for each code of the API that has one.
var packs = map[string]string{
	"af": "afr", "ar": "ara", "as": "asm", "az": "aze", "be": "bel", "bg": "bul", "bn": "ben", "bs": "bos",
	"ch_sim": "chi_sim", "ch_tra": "chi_tra", "cs": "ces", "cy": "cym", "da": "dan", "de": "deu", "en": "eng", "es": "spa",
	"et": "est", "fa": "fas", "fr": "fra", "ga": "gle", "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "is": "isl",
	"it": "ita", "ja": "jpn", "kn": "kan", "ko": "kor", "ku": "kmr", "la": "lat", "lt": "lit", "lv": "lav", "mi": "mri",
	"mn": "mon", "mr": "mar", "ms": "msa", "mt": "mlt", "ne": "nep", "nl": "nld", "no": "nor", "oc": "oci", "pl": "pol",
	"pt": "por", "ro": "ron", "rs_cyrillic": "srp", "rs_latin": "srp_latn", "ru": "rus", "sa": "san", "sk": "slk",
	"sl": "slv", "sq": "sqi", "sv": "swe", "sw": "swa", "ta": "tam", "te": "tel", "th": "tha", "tl": "fil", "tr": "tur",
	"ug": "uig", "uk": "ukr", "ur": "urd", "uz": "uzb", "vi": "vie",
	// Written like a language that has a pack; the pack knows the letters, not the words.
	"abq": "rus", "ady": "rus", "ang": "hin", "ava": "rus", "bgc": "hin", "bh": "hin", "bho": "hin", "che": "rus", "dar": "rus",
	"gom": "mar", "inh": "rus", "kbd": "rus", "lbe": "rus", "lez": "rus", "mah": "hin", "mai": "hin", "mni": "ben", "new": "nep",
	"pi": "hin", "sck": "hin", "tab": "rus", "tjk": "rus",
}

// Packs lists the packs of all codes, for engines that know themselves what they
// can read.
func Packs() []string {
	return slices.Compact(slices.Sorted(maps.Values(packs)))
}

// fallback is the pack for a request that names no language.
const fallback = "eng"

// Choose returns the packs for the languages of a request, in their order, and
// the codes whose pack is not installed. With none left it is English, or
// whatever there is.
func Choose(e Engine, codes []string) (use, missing []string) {
	installed := e.Languages()
	for _, c := range codes {
		pack := packs[c]
		if pack == "" || !slices.Contains(installed, pack) {
			missing = append(missing, c)
			continue
		}
		if !slices.Contains(use, pack) {
			use = append(use, pack)
		}
	}
	if len(use) == 0 {
		if slices.Contains(installed, fallback) || len(installed) == 0 {
			return []string{fallback}, missing
		}
		return installed[:1], missing
	}
	return use, missing
}
