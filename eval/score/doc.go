// Package score measures how close the markdown of a program is to the truth
// about a document: text, headings, lists, tables, and small yes-or-no tests.
//
// Every metric is between 0 and 1, more is better. A metric that has nothing
// to measure (no table in the truth, say) is [None] and left out of means.
// The package reads no files and knows no corpus; package eval does.
package score
