package embedding

import "strings"

// chunks cuts text at word boundaries into pieces of at most window ids ([CLS] and [SEP] included), each
// repeating about overlap ids of the one before.
func (t *wordPiece) chunks(text string, window, overlap int) []string {
	room := window - 2
	var (
		out    []string
		spans  []span // of the piece that is being filled
		used   int    // ids in spans
		fresh  int    // spans that no piece holds yet
		buffer []int64
	)
	emit := func() {
		out = append(out, strings.ToValidUTF8(text[spans[0].start:spans[len(spans)-1].end], "\uFFFD"))
		fresh = 0
	}
	t.words(text, func(w word) bool {
		buffer = t.pieces(buffer[:0], w)
		size := min(len(buffer), room)
		if used+size > room {
			emit()
			for len(spans) > 0 && (used > overlap || used+size > room) {
				used -= spans[0].size
				spans = spans[1:]
			}
		}
		spans, used, fresh = append(spans, span{w.start, w.end, size}), used+size, fresh+1
		return true
	})
	if fresh > 0 {
		emit()
	}
	return out
}

// span is a word in the text (bytes) and its size in ids.
type span struct{ start, end, size int }
