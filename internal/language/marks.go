package language

import (
	"regexp"
	"sync"
)

// A mark is a way of writing that tells a language. Its weight is 3 where hardly
// any other language nor a message of a program is written so, 2 where few are, 1
// where it only supports others.
type mark struct {
	language string
	weight   int
	pattern  string
}

// marks are tried on each line. A way of writing that two languages share stands
// there for both.
var marks = []mark{
	{"go", 3, `^package [a-z]\w*$`},
	{"go", 3, `^\s*func (\(\w+ \*?[\w\[\], .]+\) )?\w+(\[.*\])?\(.*\{$`},
	{"go", 2, `\b[a-z]\w* := `},
	{"go", 2, `^\s*(if|for) (\S+ := .*|err != nil |range \S+ )\{$`},
	{"go", 2, `^\s*type \w+ (struct|interface|func)\b`},
	{"go", 2, `\b(fmt|strings|errors|os)\.[A-Z]\w+\(`},
	{"go", 2, `\bmake\((map|chan|\[\])|\bmap\[\w+\]\w|\[\]byte\(|\bdefer \w|\bgo func\(`},
	{"go", 1, `, err :?= |\bnil\b`},

	{"python", 3, `^\s*(async )?def \w+\(.*\)( ->.*)?:(\s*#.*)?$`},
	{"python", 3, `^\s*class \w+(\([\w., =]*\))?:$`},
	{"python", 3, `^\s*from [\w.]+ import (\(|\*|\w+)`},
	{"python", 2, `^\s*import \w+(\.\w+)*( as \w+)?(, \w+)*$`},
	{"python", 2, `^\s*(elif .+|except( \w+.*)?|try|finally|with .+ as \w+|if .+ (in|is|not) .+|if not .+|for \w+(, \w+)* in .+|while .+|if __name__ .*):$`},
	{"python", 2, `\bself\.\w+|\blambda \w+(, \w+)*:|\bprint\(f["']`},
	{"python", 1, `\bNone\b|\bTrue\b|\bFalse\b|"""|^\s*print\(.*\)$|^\s*raise \w+\(|\bnot in\b`},
	{"python", 3, `^>>> \S`},

	{"java", 3, `^\s*import (static )?(javax?|org|com)(\.\w+)+(\.\*)?;$`},
	{"java", 3, `\bpublic static void main\(String|\bSystem\.(out|err)\.print`},
	{"java", 2, `^\s*@(Override|Test|Autowired|Deprecated|SuppressWarnings|Nullable)\b`},
	{"java", 2, `^\s*package \w+(\.\w+)*;$`},
	{"java", 2, `\b(private|public|protected|static) (static )?final \w|\b(extends|implements) \w+.*\{$|\bthrows \w+(, \w+)* *[{;]`},
	{"java", 2, `^\s*(public|private|protected)( static| abstract)* [\w<>\[\], ?]+ \w+\(.*\) *\{$`},
	{"java", 1, `\bString \w+|\bnew (ArrayList|HashMap|HashSet)\b|\bboolean \w+|\bfinal \w+ `},

	{"csharp", 3, `^\s*using (static )?(System|Microsoft|Unity\w*|Newtonsoft)(\.\w+)*;$`},
	{"csharp", 3, `\bConsole\.(Write|Read)|\{ *get; *((private |protected |internal )?(set|init); *)?\}`},
	{"csharp", 2, `^\s*(\[\w+(\(.*\))?\])$|\bforeach \(\w+ \w+ in |\b(public|private|protected|internal) (static |async |override |virtual |readonly |sealed |partial )*(string|bool|Task|IEnumerable)\b`},
	{"csharp", 2, `^\s*(public|private|protected|internal) (override|virtual|readonly|sealed|partial|async|class \w+ ?: ?\w)|\bnamespace \w+(\.\w+)+;?$`},
	{"csharp", 1, `^\s*(public|private|protected)( static| abstract)* [\w<>\[\], ?]+ \w+\(.*\)$|\bstring \w+|\bvar \w+ = |\bout \w+`},

	{"c", 3, `^\s*# *include *(<\w[\w/]*\.h>|"[\w/.-]+\.h")`},
	{"c", 2, `^\s*# *(define [A-Z_a-z]\w*|ifn?def \w+|endif|elif |undef )`},
	{"c", 2, `^(static |extern |inline |const )*(struct \w+|unsigned|int|void|char|double|float|size_t|u?int\d+_t|bool) \**\w+\([^()]*\)( *[{;])?$`},
	{"c", 2, `\b(printf|fprintf|sprintf|malloc|free|sizeof|memcpy|memset|strlen|strcmp)\(.*[;{]$|^\s*typedef |\bstruct \w+ ?(\*|\{$)|\bNULL\b`},
	{"c", 1, `^\s*(static |const |unsigned |struct )*(int|char|double|float|long|size_t|u?int\d+_t|\w+_t) \**\w+(\[\w*\])?( = .*)?;$|\w->\w`},

	{"cpp", 3, `^\s*# *include *<(iostream|vector|string|map|memory|algorithm|functional|utility|set|cmath|cstdio|cstdlib|cstring|sstream|fstream|thread|mutex)>`},
	{"cpp", 3, `\bstd::\w|^\s*template ?<|^\s*using namespace \w+;`},
	{"cpp", 2, `^(\w[\w<>:*& ]* )?\w+::~?\w+\(.*(\{|\)( const)?( \{)?)$|\b(static|dynamic|reinterpret|const)_cast<|\b(cout|cerr) ?<<|^\s*(public|private|protected):$|\bnullptr\b|^\s*namespace \w* ?\{`},

	{"javascript", 3, `\bconst \{? ?\w+(, \w+)* ?\}? = require\(|^\s*import .+ from ['"][^'"]+['"];?$|\bmodule\.exports\b|^\s*export default `},
	{"javascript", 2, `\b(const|let) [\w{}\[\], ]+ = .+|\(.*\) => [\{(\w]|^\s*export (const|function|class|async) |=== |!== |\basync function\b`},
	{"javascript", 2, `\bconsole\.(log|error|warn)\(|\bdocument\.(get|query|create|body)|\bwindow\.\w|\.addEventListener\(|\bJSON\.(parse|stringify)\(`},
	{"javascript", 2, `\bfunction ?\w*\([\w, $]*\) \{|\btypeof \w`},
	{"javascript", 1, `^\s*var \w+ = .*|\bundefined\b|\bawait \w|\bthis\.\w|\bnew Promise\b`},

	{"typescript", 3, `^\s*(export )?interface \w+(<.*>)?( extends [\w, <>]+)? \{$|^\s*(export )?type \w+(<.*>)? = .+|^\s*import type `},
	{"typescript", 2, `\w\??: (string|number|boolean|unknown|any|void|never|Promise<.*>|Array<.*>|\w+\[\])(\[\])?( \||[;,)=]| = | \{|$)|\bas (string|number|const|any|unknown)\b|^\s*(private|public|protected) (readonly )?\w+: |^\s*(export )?(enum|declare|abstract class) \w+`},

	{"rust", 3, `^\s*(pub(\(\w+\))? )?(async |unsafe |const )*fn \w+(<.*>)?\(.*|^\s*impl(<.*>)? [\w:<>', ]+( for [\w:<>', ]+)? \{$|^\s*#!?\[(derive|cfg|allow|test|inline|must_use)\b|\bprintln!\(`},
	{"rust", 2, `\blet mut \w|^\s*(pub )?use (std|crate|super|self|\w+)(::[\w{}, *]+)+;$|\b(Some|Ok|Err)\(\w*\) =>|&mut \w|\b(vec|panic|format|assert|assert_eq|unwrap)!\(|^\s*(pub )?(mod \w+;|enum \w+ \{$|struct \w+[^;]*[{;(]$|trait \w+.* \{$)|\.unwrap\(\)|\bmatch [\w.&()]+ \{$`},
	{"rust", 1, `^\s*let \w+(: .+)? = .+;$|&self\b|\bSome\(|\bOption<|\b(u8|u32|u64|i32|i64|usize)\b|&str\b|\bString::`},

	{"ruby", 3, `^\s*def (self\.)?\w+[?!]?(\([\w, =:*&]*\))?$|\bdo \|[\w, ]+\|$|^\s*require ['"][\w/-]+['"]$|^\s*(attr_(reader|accessor|writer)|require_relative|belongs_to|has_many) `},
	{"ruby", 2, `^\s*(class \w+( < [\w:]+)?|module [A-Z]\w*(::\w+)*)$|\.each( do|_with_index)?\b|^\s*elsif |^\s*unless |\bnil\?|^\s*puts |#\{\w`},
	{"ruby", 1, `^\s*end$|\s:\w+ =>|\w+\.\w+\?|@\w+ =|\bnil\b|^\s*rescue\b`},

	{"php", 3, `<\?php|\$this->\w|^\s*(public |private |protected |static )*function \w+\((\??[\w\\]* ?&?\$\w+.*)?\)`},
	{"php", 2, `^\s*\$\w+(\[.*\])? \.?= .*;$|^\s*use [A-Z]\w*(\\\w+)+;$|^\s*namespace \w+(\\\w+)*;$|\bforeach \(\$|\becho ["'$]|\$\w+->\w|\barray\(`},

	{"bash", 2, `^\s*(if|elif|while) \[\[? .* \]\]?; ?(then|do)$|^\s*(fi|done|esac)$|^\s*for \w+ in .*; ?do$|^\s*case .* in$|^\w+\(\) ?\{$|"\$\{?\w+\}?"|\$\([a-z]\w* .*\)|\$[@#*?]|\bset -e`},
	{"bash", 2, `^\s*(export \w+=|(sudo )?(apt|apt-get|yum|dnf|brew) install|(sudo )?(mkdir|chmod|chown|curl|wget|tar|cp|rm|mv|ln|sed|grep|awk|docker|git|pip|npm|make|systemctl) -?\w.*|cd [\w./~$-]+$|source \S+$|echo ["$].*)`},
	{"bash", 1, `^[A-Z_]+=\S*$|\s\|\s*(grep|awk|sed|sort|head|tail|xargs|wc)\b|\$\{?\w+\}?|\s(then|do)$|^\s*local \w+=|\s\\$|&& |2>&1|/dev/null`},

	{"sql", 3, `(?i)^\s*(select [\w.*"(),\s]+ from [\w."]+|insert into [\w."]+|create (or replace |temporary )?(table|view|index|function) [\w."]+|update [\w."]+ set |delete from [\w."]+|alter table [\w."]+|drop (table|view|index) )`},
	{"sql", 2, `^\s*SELECT\b.*`},
	{"sql", 2, `^\s*(FROM [\w."]+.*|WHERE .+|GROUP BY .+|ORDER BY .+|((LEFT|INNER|RIGHT|FULL|CROSS) )?(OUTER )?JOIN .+|HAVING .+|UNION( ALL)?|VALUES ?\(.*|SET \w+ = .*)$|\b(PRIMARY KEY|NOT NULL|VARCHAR|FOREIGN KEY|REFERENCES)\b`},
	{"sql", 2, `^\s*(select [\w.*, ()]+,?|from \w+( \w+)?,?|where \w[\w.]* ?[=<>].*|group by .+|order by .+|(left |inner )?(outer )?join .+ on .+)$`},

	{"css", 2, `^\s*[.#]?[\w-]+([ ,.:#>+~\[\]="-]+[\w-]+)*(::?[\w-]+(\(.*\))?)?,? ?\{$|^\s*@(media|import|font-face|keyframes|charset)\b`},
	{"css", 2, `^\s*(color|background(-\w+)?|margin(-\w+)?|padding(-\w+)?|font(-\w+)?|border(-\w+)*|display|position|width|height|text-\w+|float|top|left|max-width|min-width|line-height|overflow|z-index|cursor|opacity) ?: ?[^;{]+;$`},

	{"kotlin", 3, `^\s*(override |private |internal |suspend |inline |public |protected |open )*fun (<.*> )?(\w+\.)?\w+\(.*\).*[{=]$|^\s*(data|sealed) class \w+`},
	{"kotlin", 2, `^\s*(private |override |lateinit |const |internal )*va[lr] \w+(: [A-Z][\w<>?, ]*)?( = .+| by .+|)$|\bwhen ?\(.*\) \{$|\bprintln\(.*\)$|\?\.\w|\?: |\bcompanion object\b|\b(listOf|mapOf|mutableListOf)\(`},

	{"swift", 3, `^\s*(@\w+ )*(public |private |override |static |internal |mutating |fileprivate |class )*func \w+(<.*>)?\(.*\)( throws)?( -> .+)? \{$|^\s*import (UIKit|Foundation|SwiftUI|Combine)$|^\s*(guard|if) (let|var) \w+ = .+ (else )?\{$`},
	{"swift", 2, `^\s*(public |private |fileprivate |weak |lazy |static |@\w+ )*(let|var) \w+(: \[?[A-Z][\w<>?!.: ]*\]?)?( = .+| \{)?$|^\s*(public |private |final )*(struct|class|extension|protocol|enum) \w+(: [\w, ]+)? \{$|\binit\(.*\) \{$|\w\(_ \w+: |\bself\.\w|\\\(\w`},

	{"r", 3, `^\s*[\w.]+ <- function\(.*|^\s*library\([\w.]+\)$`},
	{"r", 2, `^\s*[\w.$\[\], ]+ <- .+|%>%|%in%|\b(data\.frame|read\.csv|ggplot|aes|summary|lm|sapply|lapply|paste0?|cbind|rbind|c)\(.*\)`},
	{"r", 1, `\w\$\w+|\b(TRUE|FALSE|NULL|NA)\b`},

	{"perl", 3, `^\s*use (strict|warnings|[A-Z]\w+(::\w+)+|vars|base|parent|v?5[\w.]*)\b.*;$|^\s*my (\$\w+|[(@%][$\w, ]+\)?) = (shift|@_|\{|\[|\(|.*;)|^\s*sub \w+ ?\{`},
	{"perl", 2, `=~ ?[ms]?/|=~ ?m?[{|]|\b(foreach|for) my \$\w|\$\w+->\{|@\{ ?\$\w|\bmy [$@%(]\w*|\bqw[(/{]|\$_\b|\bunless ?\(|\}? ?elsif ?\(|^=(head\d|cut|item|over|back)\b`},

	{"lua", 3, `^\s*local function \w+[\w.:]*\(.*\)$|^\s*local \w+(, \w+)* = .*[^;]$|^\s*function \w+[.:]\w+\(.*\)$`},
	{"lua", 2, `^\s*(if|elseif) .+ then$|^\s*for \w+(, \w+)* (in|=) .+ do$|~= |\b(ipairs|pairs)\(|^\s*end[,)]*$|\.\. ?["'\w]`},
	{"lua", 1, `^\s*function \w*\(.*\)$|\blocal \w|\bnil\b|^\s*--`},

	{"makefile", 3, `^\.PHONY ?:|\$[({](CC|CFLAGS|LDFLAGS|MAKE|OBJS?|SRCS?|BUILD\w*|LIBS?|wildcard .*|patsubst .*|shell .*)[)}]|\$[@<^]( |$)`},
	{"makefile", 2, `\$[({][A-Z_]{2,}[)}]`},
	{"makefile", 2, `^[\w./%$() -]+: ?[\w./%$() -]*$|^[A-Z_]+ ?[:?+]?= ?.*\$\(|^\t.*\$\(\w+\)|^[A-Z_]+ ?[:?+]= ?`},

	{"dockerfile", 3, `^FROM [\w./${}-]*(:[\w.${}-]+|@\S+|/\S+)( (AS|as) [\w-]+)?$|^FROM \S+ (AS|as) [\w-]+$|^(ENTRYPOINT|CMD) \[".*\]$|^COPY (--\S+ )?\S+ \S+$|^WORKDIR /`},
	{"dockerfile", 1, `^FROM [\w.-]+$`},
	{"dockerfile", 2, `^(RUN|EXPOSE|ENV|ADD|ARG|USER|VOLUME|LABEL|HEALTHCHECK|CMD|ENTRYPOINT) \S`},

	{"haskell", 3, `^\s*\w+'? :: [\w(\[].*|^module [A-Z][\w.]*( \(.*| where)?$|^import (qualified )?[A-Z][\w.]*( as \w+| \(.*| hiding.*)?$|^\s*\{-# `},
	{"haskell", 2, `^(data|newtype|instance|class) [A-Z(].*( = | where$)|^\s*deriving\b|\w <- \w|^\s*\| .+ = .+|\bcase .+ of$|^\s*where$|\\\w+ -> |\$ \w`},

	{"scala", 3, `^\s*(override |private |protected |implicit |final )*def \w+(\[.*\])?(\(.*\))*(: [\w\[\], .=>]+)? =( .*)?$|^\s*case class \w+|^\s*(case )?object \w+( extends .+)? \{$|^\s*import [\w.]+\.(_|\{.*\})$`},
	{"scala", 2, `^\s*(override |private |implicit |lazy |protected )*va[lr] \w+(: [A-Z][\w\[\], ]*)? = .+|\bmatch \{$|^\s*case .+ => ?|\bextends \w+.* with \w|^\s*(sealed |abstract |final )*(trait|class) \w+.*\{$`},
}

// grown are languages that hold another one: what is written as in the smaller
// one counts for the larger one, once the larger one shows.
var grown = map[string]string{"cpp": "c", "typescript": "javascript"}

// interpreters are the programs a first line "#!" names.
var interpreters = map[string]string{
	"sh": "bash", "bash": "bash", "zsh": "bash", "dash": "bash", "ksh": "bash",
	"python": "python", "perl": "perl", "ruby": "ruby", "node": "javascript", "php": "php",
	"lua": "lua", "Rscript": "r", "runhaskell": "haskell", "make": "makefile",
}

// patterns are the compiled marks, made when the first code is met.
var patterns = sync.OnceValue(func() []*regexp.Regexp {
	out := make([]*regexp.Regexp, len(marks))
	for i, m := range marks {
		out[i] = regexp.MustCompile(m.pattern)
	}
	return out
})
