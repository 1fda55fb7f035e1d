package estate

import (
	"regexp"
	"slices"
	"strings"
)

var (
	leadingVersion = regexp.MustCompile(`\d+(?:\.\d+)*`)
	armFamily      = regexp.MustCompile(`^(?:t4g|a1|[a-z]+\d+g[a-z]*|im4gn|is4gen|hpc7g)$`)
	gpuFamily      = regexp.MustCompile(`^(?:p\d|g\d|trn|inf|dl\d|vt\d)`)
)

// traitsOf are the facets in every way they are asked for, as field:value: "class:db.r6g.large" also by its family and
// size, "version:15.4" also by its first number, "runtime:python3.12" also by its language.
func traitsOf(r *Resource, facets map[string]any) []string {
	var out []string
	add := func(field string, values ...string) {
		for _, v := range values {
			if t := field + ":" + v; v != "" && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	value := func(field string) string {
		s, _ := facets[field].(string) // empty where it is not there
		return s
	}
	add(fieldKind, value(fieldKind))
	engine := value(fieldEngine)
	add(fieldEngine, engines(engine)...)
	add(fieldRuntime, runtimes(value(fieldRuntime))...)
	version := value(fieldVersion)
	if version == "" {
		version = leadingVersion.FindString(engine[strings.LastIndexByte(engine, '_')+1:])
	}
	add(fieldVersion, versions(version)...)
	add(fieldClass, classes(value(fieldClass))...)
	if arch, ok := text(append(at(r.Attributes, "Architectures[]"), at(r.Attributes, "Architecture")...)); ok {
		add(fieldClass, arch.(string))
	}
	if r.Type == "AWS::IAM::User" {
		if mfa, said := r.Attributes["MFA"].(bool); said {
			add(fieldKind, map[bool]string{true: "mfa", false: "no-mfa"}[mfa])
		}
		if console, said := r.Attributes["ConsoleAccess"].(bool); said {
			add(fieldClass, map[bool]string{true: "console", false: "no-console"}[console]) // another field: both are asked for at once
		}
	}
	add(fieldKind, lacking(r, facets)...)
	return out
}

// lacking is what a resource could have and does not: AWS leaves out what is not configured.
func lacking(r *Resource, facets map[string]any) []string {
	var out []string
	if redriven := map[string]string{"AWS::SQS::Queue": "RedrivePolicy", "AWS::Lambda::Function": "DeadLetterConfig"}[r.Type]; redriven != "" && len(r.Attributes) > 0 {
		related := slices.ContainsFunc(r.Related, func(to Relation) bool { return to.Kind == "dead-letter" })
		_, said := r.Attributes[redriven]
		if name := strings.ToLower(r.Name); !related && !said && !strings.Contains(name, "dlq") && !strings.Contains(name, "dead") {
			out = append(out, "no-dlq")
		}
	}
	if days, said := facets[fieldRetention].(int64); said && days == 0 && strings.HasPrefix(r.Type, "AWS::RDS::") {
		out = append(out, "no-backups")
	}
	return out
}

// engines are the names an engine goes by: aurora-postgresql is aurora and postgres, sqlserver-se is sqlserver.
func engines(engine string) []string {
	if engine == "" {
		return nil
	}
	out := []string{engine}
	for part, names := range map[string][]string{
		"postgres": {"postgres", "postgresql"}, "mysql": {"mysql"}, "aurora": {"aurora"}, "sqlserver": {"sqlserver"}, "oracle": {"oracle"},
		"mariadb": {"mariadb"}, "db2": {"db2"}, "redis": {"redis"}, "valkey": {"valkey"}, "memcached": {"memcached"},
		"opensearch": {"opensearch"}, "elasticsearch": {"elasticsearch"}, "rabbitmq": {"rabbitmq"}, "activemq": {"activemq"},
	} {
		if strings.Contains(engine, part) {
			out = append(out, names...)
		}
	}
	if engine == "aurora" {
		out = append(out, "mysql", "aurora-mysql") // Aurora's first engine had no suffix
	}
	slices.Sort(out[1:])
	return out
}

// runtimes of nodejs18.x are nodejs18.x, nodejs18 and nodejs.
func runtimes(runtime string) []string {
	if runtime == "" {
		return nil
	}
	base, _, _ := strings.Cut(runtime, ".al")
	short := strings.TrimSuffix(base, ".x")
	out := []string{runtime, base, short, strings.TrimRight(short, "0123456789.")}
	if major, _, ok := strings.Cut(short, "."); ok {
		out = append(out, major)
	}
	if strings.HasPrefix(runtime, "go1") {
		out = append(out, "go")
	}
	return out
}

// versions of 15.4.2 are 15.4.2, 15.4 and 15; text around the number is dropped (emr-6.15.0).
func versions(version string) []string {
	number := leadingVersion.FindString(version)
	if number == "" {
		return nil
	}
	out := []string{version, number}
	for i := strings.LastIndexByte(number, '.'); i > 0; i = strings.LastIndexByte(number, '.') {
		number = number[:i]
		out = append(out, number)
	}
	return out
}

// classes of db.r6g.large are db.r6g.large, r6g.large, db.r6g, r6g, large and arm64.
func classes(class string) []string {
	if class == "" {
		return nil
	}
	out := []string{class}
	short := class
	for _, prefix := range []string{"db.", "cache.", "ml.", "dax.", "kafka.", "mq."} {
		if rest, ok := strings.CutPrefix(class, prefix); ok {
			short = rest
			family, _, _ := strings.Cut(rest, ".")
			out = append(out, rest, prefix+family)
		}
	}
	family, size, ok := strings.Cut(short, ".")
	if !ok {
		return out
	}
	size, _, _ = strings.Cut(size, ".")
	out = append(out, family, size)
	switch {
	case armFamily.MatchString(family):
		out = append(out, "arm64")
	case gpuFamily.MatchString(family):
		out = append(out, "gpu")
	}
	switch family[0] {
	case 't':
		out = append(out, "burstable")
	case 'r', 'x', 'z', 'u':
		out = append(out, "memory-optimized")
	case 'c':
		out = append(out, "compute-optimized")
	}
	return out
}
