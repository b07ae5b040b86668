package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxTargetPages bounds the list a range like "1-999999999" would become.
const maxTargetPages = 100_000

// maxPageNumber bounds a page number: no document has as many, and the last whole
// number has none that follows it.
const maxPageNumber = 1_000_000_000

// ParsePages reads "1,3,5-8" into ascending page numbers without repeats; an
// empty string is nil, which means all pages.
func ParsePages(s string) ([]int, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var pages []int
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := pageNumber(first)
		if err != nil {
			return nil, fmt.Errorf("%q in target_pages: %w", strings.TrimSpace(part), err)
		}
		to := from
		if isRange {
			if to, err = pageNumber(last); err != nil {
				return nil, fmt.Errorf("%q in target_pages: %w", strings.TrimSpace(part), err)
			}
		}
		if to < from {
			return nil, fmt.Errorf("%q in target_pages runs backwards", strings.TrimSpace(part))
		}
		if to-from >= maxTargetPages || len(pages) >= maxTargetPages {
			return nil, fmt.Errorf("target_pages names more than %d pages", maxTargetPages)
		}
		for n := from; n <= to; n++ {
			pages = append(pages, n)
		}
	}
	slices.Sort(pages)
	return slices.Compact(pages), nil
}

func pageNumber(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0, fmt.Errorf("page numbers are whole numbers, as in \"1,3,5-8\"")
	}
	if n < 1 {
		return 0, fmt.Errorf("pages count from 1")
	}
	if n > maxPageNumber {
		return 0, fmt.Errorf("no document has so many pages")
	}
	return n, nil
}
