package wire

import "slices"

// Versions lists the dated versions a client may ask for, newest first, and
// the one "latest" stands for. All of a tier's dates name the same engine here;
// they are accepted so that a pinned client keeps working.
type Versions struct {
	Fast          []string        `json:"fast"`
	CostEffective []string        `json:"cost_effective"`
	Agentic       []string        `json:"agentic"`
	AgenticPlus   []string        `json:"agentic_plus"`
	Latest        map[Tier]string `json:"latest"`
}

// FastWithoutMarkdown is the version of tier fast that produces text only.
const FastWithoutMarkdown = "2025-12-11"

// KnownVersions returns all versions.
func KnownVersions() Versions {
	latest := map[Tier]string{}
	for tier, list := range versions {
		latest[tier] = list[0]
	}
	return Versions{
		Fast: versions[Fast], CostEffective: versions[CostEffective],
		Agentic: versions[Agentic], AgenticPlus: versions[AgenticPlus], Latest: latest,
	}
}

// ResolveVersion turns "latest" into a date and says whether the tier has the
// version.
func ResolveVersion(t Tier, version string) (string, bool) {
	list := versions[t]
	if len(list) == 0 {
		return "", false
	}
	if version == "latest" {
		return list[0], true
	}
	return version, slices.Contains(list, version)
}

var versions = map[Tier][]string{
	Fast: {
		"2026-06-15", "2025-12-11",
	},
	CostEffective: {
		"2026-08-19", "2026-08-11", "2026-08-08", "2026-07-23", "2026-06-26", "2026-06-18", "2026-06-17", "2026-06-11", "2026-06-08",
		"2026-06-05", "2026-05-28", "2026-04-09", "2026-03-31", "2026-03-27", "2026-03-25",
	},
	Agentic: {
		"2026-09-07", "2026-08-19", "2026-07-24", "2026-07-23", "2026-07-15", "2026-06-18", "2026-06-11", "2026-06-04", "2026-06-01",
		"2026-05-26", "2026-05-21", "2026-05-20", "2026-05-19", "2026-05-13", "2026-05-11", "2026-05-06", "2026-05-04", "2026-04-27",
		"2026-04-22", "2026-04-09", "2026-04-06", "2026-04-02", "2026-03-31", "2026-03-30", "2026-03-27", "2026-03-25", "2026-03-23",
		"2026-03-22", "2026-03-20", "2026-03-11", "2026-03-10", "2026-03-09", "2026-03-03", "2026-03-02", "2026-02-26", "2026-02-24",
		"2026-01-30", "2026-01-22", "2026-01-21", "2026-01-16", "2026-01-08", "2025-12-31", "2025-12-18", "2025-12-11",
	},
	AgenticPlus: {
		"2026-08-19", "2026-07-08", "2026-06-18", "2026-06-11", "2026-06-04", "2026-06-01", "2026-05-26", "2026-05-21", "2026-05-20",
		"2026-05-19", "2026-05-11", "2026-05-06", "2026-05-04", "2026-05-01", "2026-04-27", "2026-04-19", "2026-04-14", "2026-04-09",
		"2026-04-02", "2026-03-31", "2026-03-26", "2026-03-25", "2026-03-22", "2026-03-20", "2026-03-17", "2026-03-12", "2026-03-10",
		"2026-03-09", "2026-03-02", "2026-02-26", "2026-02-24", "2026-01-30", "2026-01-29", "2026-01-24", "2026-01-22", "2026-01-21",
		"2026-01-16", "2025-12-31", "2025-12-18", "2025-12-11",
	},
}
