package embedding

import (
	"fmt"
	"strings"
	"testing"
)

// shortTexts are as long as messages usually are, about 35 word pieces.
func shortTexts(n int) []string {
	words := strings.Fields("the volume of payment replica in Frankfurt was resized after an alarm because queue depth rose while workers restarted and nobody noticed that snapshots failed twice last week so we moved them to another account")
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		fmt.Fprintf(&b, "%d: ", i) // all are different
		for j := range 30 {
			b.WriteString(words[(i*7+j*(i%5+1))%len(words)])
			b.WriteByte(' ')
		}
		texts[i] = b.String()
	}
	return texts
}

func BenchmarkEmbed(b *testing.B) {
	for _, name := range Known() {
		for _, threads := range []int{1, 2} {
			b.Run(name+map[int]string{1: "/1-thread", 2: "/2-threads"}[threads], func(b *testing.B) {
				m := open(b, Options{Model: name, Threads: threads})
				texts := shortTexts(64)
				done := 0
				for b.Loop() {
					m.latest.Purge()
					if _, err := m.Embed(b.Context(), texts, Passage); err != nil {
						b.Fatal(err)
					}
					done += len(texts)
				}
				b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "texts/s")
			})
		}
	}
}

func BenchmarkEmbedQuery(b *testing.B) {
	for _, name := range Known() {
		b.Run(name, func(b *testing.B) {
			m := open(b, Options{Model: name})
			for b.Loop() {
				m.latest.Purge()
				if _, err := m.Embed(b.Context(), []string{"which production databases are open to the internet"}, Query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTerms(b *testing.B) {
	text := strings.Join(shortTexts(6000), "\n")[:1<<20]
	for name, key := range map[string][]byte{"plain": nil, "keyed": []byte("key")} {
		b.Run(name, func(b *testing.B) {
			e := NewTerms(TermOptions{Key: key})
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				e.Document([]WeightedText{{text, 1}})
			}
		})
	}
}

func BenchmarkChunks(b *testing.B) {
	m := open(b, Options{})
	text := strings.Join(shortTexts(600), "\n")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		m.Chunks(text)
	}
}
