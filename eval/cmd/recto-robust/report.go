package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// slowest is how many documents are named for the time they took.
const slowest = 8

// report prints what became of the documents and what they cost.
func report(outcomes []outcome, s *server, took time.Duration) {
	whole, partly, badPages, pages := 0, 0, 0, 0
	failed := map[string][]string{}
	for _, x := range outcomes {
		pages += x.pages
		switch {
		case x.err != nil:
			failed["no answer"] = append(failed["no answer"], x.name)
		case x.status != "COMPLETED":
			failed[x.code] = append(failed[x.code], x.name)
		case x.failedPages > 0:
			partly++
			badPages += x.failedPages
		default:
			whole++
		}
	}
	fmt.Printf("%d documents in %s\n", len(outcomes), took.Round(time.Second))
	fmt.Printf("  %-34s %5d\n", "parsed", whole)
	fmt.Printf("  %-34s %5d   (%d of %d pages)\n", "parsed but for some pages", partly, badPages, pages)
	for _, code := range sortedKeys(failed) {
		fmt.Printf("  %-34s %5d   %s\n", "failed: "+code, len(failed[code]), few(failed[code]))
	}
	fmt.Printf("children that died: %d", len(s.deaths))
	for _, reason := range sortedKeys(s.reasons()) {
		fmt.Printf(", %s %d", reason, s.reasons()[reason])
	}
	fmt.Println()
	for _, d := range s.deaths {
		fmt.Printf("  %s %s: %s\n", d.Reason, d.name(outcomes), d.Detail)
	}
	fmt.Println("slowest")
	byTime := slices.SortedFunc(slices.Values(outcomes), func(a, b outcome) int { return cmp.Compare(b.took, a.took) })
	for _, x := range byTime[:min(slowest, len(byTime))] {
		fmt.Printf("  %6.1f s  %s, %d pages, %s %s\n", x.took.Seconds(), x.name, x.pages, x.status, x.code)
	}
	fmt.Printf("memory, most in megabytes: server %d, server and children %d\n",
		s.most(func(x sample) int64 { return x.server })>>20, s.most(func(x sample) int64 { return x.all })>>20)
	fmt.Println("  minute  server     all")
	for minute, m := range s.minutes() {
		fmt.Printf("  %6d %7d %7d\n", minute, m.server>>20, m.all>>20)
	}
}

// few names the first of a list.
func few(names []string) string {
	const most = 6
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// save writes a line for every document.
func save(path string, outcomes []outcome) error {
	var b strings.Builder
	b.WriteString("document\tstatus\tcode\tpages\tfailed pages\tseconds\tmessage\n")
	for _, x := range outcomes {
		message := x.message
		if x.err != nil {
			message = x.err.Error()
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%d\t%d\t%.2f\t%s\n", x.name, x.status, x.code, x.pages, x.failedPages, x.took.Seconds(), strings.Join(strings.Fields(message), " "))
	}
	return os.WriteFile(path, []byte(b.String()), 0o600)
}
