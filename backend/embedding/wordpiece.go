package embedding

import (
	"encoding/json"
	"fmt"
	"os"
	"unicode/utf8"
)

// maxWordRunes is max_input_chars_per_word of the tokenizer.json: a longer word is one unknown piece.
const maxWordRunes = 100

// wordPiece is BERT's uncased tokenizer. Texts that spell a special token ("[SEP]") are plain text to it:
// what a user types must not steer the model.
type wordPiece struct {
	ids              map[string]int64 // pieces that begin a word
	more             map[string]int64 // pieces that go on, without their ##
	begin, end, none int64            // [CLS], [SEP], [UNK]
}

// word is a run of text that is tokenized on its own, by byte offsets into the text.
type word struct {
	start, end int
	runes      []rune // folded
}

// loadWordPiece reads a Hugging Face tokenizer.json with a WordPiece model.
func loadWordPiece(path string) (*wordPiece, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Model struct {
			Type   string           `json:"type"`
			Prefix string           `json:"continuing_subword_prefix"`
			Vocab  map[string]int64 `json:"vocab"`
		} `json:"model"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if file.Model.Type != "WordPiece" || file.Model.Prefix != "##" {
		return nil, fmt.Errorf("read %s: a WordPiece model is needed, this is %q", path, file.Model.Type)
	}
	t := &wordPiece{ids: make(map[string]int64, len(file.Model.Vocab)), more: make(map[string]int64)}
	for piece, id := range file.Model.Vocab {
		if len(piece) > 2 && piece[:2] == "##" {
			t.more[piece[2:]] = id
		} else {
			t.ids[piece] = id
		}
	}
	for name, id := range map[string]*int64{"[CLS]": &t.begin, "[SEP]": &t.end, "[UNK]": &t.none} {
		value, ok := t.ids[name]
		if !ok {
			return nil, fmt.Errorf("read %s: no %s in the vocabulary", path, name)
		}
		*id = value
		delete(t.ids, name)
	}
	return t, nil
}

// words calls yield for each word of text in order until it returns false. The word's runes are valid only during the call.
func (t *wordPiece) words(text string, yield func(word) bool) {
	var buffer []rune
	start := -1
	flush := func(end int) bool {
		if start < 0 {
			return true
		}
		w := word{start: start, end: end, runes: buffer}
		start = -1
		if len(w.runes) == 0 {
			return true
		}
		more := yield(w)
		buffer = buffer[:0]
		return more
	}
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch classify(r) {
		case inWord:
			if start < 0 {
				start = at
			}
			if len(buffer) <= maxWordRunes { // one more than is looked up, so that the word is known to be too long
				buffer = appendFolded(buffer, r)
			}
		case gap:
			if !flush(at) {
				return
			}
		case ownToken:
			if !flush(at) {
				return
			}
			start, buffer = at, appendFolded(buffer, r)
			if !flush(at + size) {
				return
			}
		case dropped:
		}
		at += size
	}
	flush(len(text))
}

// pieces appends the ids of one word: the longest known beginning, again and again; one [UNK] where that fails.
func (t *wordPiece) pieces(dst []int64, w word) []int64 {
	if len(w.runes) > maxWordRunes {
		return append(dst, t.none)
	}
	mark, vocabulary := len(dst), t.ids
	rest := string(w.runes)
	for len(rest) > 0 {
		end := len(rest)
		for end > 0 {
			if id, ok := vocabulary[rest[:end]]; ok {
				dst = append(dst, id)
				break
			}
			_, size := utf8.DecodeLastRuneInString(rest[:end])
			end -= size
		}
		if end == 0 {
			return append(dst[:mark], t.none)
		}
		rest, vocabulary = rest[end:], t.more
	}
	return dst
}

// encode returns at most limit ids, [CLS] and [SEP] included.
func (t *wordPiece) encode(text string, limit int) []int64 {
	ids := append(make([]int64, 0, 48), t.begin)
	t.words(text, func(w word) bool {
		ids = t.pieces(ids, w)
		return len(ids) < limit-1
	})
	if len(ids) > limit-1 {
		ids = ids[:limit-1]
	}
	return append(ids, t.end)
}
