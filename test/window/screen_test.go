//go:build window

// Package window drives the production binary in a real window: it starts build/bin/cloudops on the display that is there,
// reads the screen as a person would (by optical character recognition), clicks and types.
package window

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"
)

// screen is the display and what is on it.
type screen struct {
	t     *testing.T
	shots string // folder for screenshots
	n     int
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	require.NotEmpty(t, os.Getenv("DISPLAY"), "there is no display: run this with `make test-window`")
	for _, tool := range []string{"xdotool", "xwininfo", "import", "tesseract"} {
		_, err := exec.LookPath(tool)
		require.NoError(t, err, "install what the test needs with `build/setup.sh test`")
	}
	shots, err := filepath.Abs("../../build/test/screens")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(shots, 0o755))
	return &screen{t: t, shots: shots}
}

func (s *screen) run(name string, args ...string) string {
	s.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	require.NoError(s.t, err, "%s %v: %s", name, args, out)
	return string(out)
}

// shoot takes a screenshot and returns its path.
func (s *screen) shoot(name string) string {
	s.t.Helper()
	path := filepath.Join(s.shots, name+".png")
	s.run("import", "-silent", "-window", "root", path)
	return path
}

// word is a recognized word and where it is.
type word struct {
	text       string
	x, y, w, h int
	line       string // block, paragraph and line, so that words of one line can be joined
}

var notText = regexp.MustCompile(`[^\p{L}\p{N}]+`)

func plain(s string) string { return strings.ToLower(notText.ReplaceAllString(s, "")) }

// read recognizes what is on the screen. The picture is doubled first: the letters of a dense window are small.
func (s *screen) read() []word {
	s.t.Helper()
	path := s.shoot("reading")
	enlarge(s.t, path)
	cmd := exec.Command("tesseract", path, "-", "--psm", "11", "tsv")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(s.t, err, stderr.String())
	r := csv.NewReader(bufio.NewReader(bytes.NewReader(out)))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	require.NoError(s.t, err)
	var words []word
	for _, row := range rows[1:] {
		if len(row) < 12 || plain(row[11]) == "" {
			continue
		}
		n := make([]int, 12)
		for i := range 10 {
			n[i], _ = strconv.Atoi(row[i])
		}
		words = append(words, word{text: plain(row[11]), x: n[6] / 2, y: n[7] / 2, w: n[8] / 2, h: n[9] / 2, line: fmt.Sprint(n[2], n[3], n[4])})
	}
	return words
}

// find looks for words that stand next to each other on a line.
func find(words []word, phrase string) (word, bool) {
	want := strings.Fields(strings.ToLower(phrase))
	for i := range words {
		if i+len(want) > len(words) {
			break
		}
		ok := true
		for j, w := range want {
			ok = ok && words[i+j].text == plain(w) && words[i+j].line == words[i].line
		}
		if ok {
			last := words[i+len(want)-1]
			found := words[i]
			found.w = last.x + last.w - found.x
			return found, true
		}
	}
	return word{}, false
}

// wait reads the screen until one of the phrases is there.
func (s *screen) wait(limit time.Duration, phrases ...string) word {
	s.t.Helper()
	deadline := time.Now().Add(limit)
	for {
		words := s.read()
		for _, p := range phrases {
			if w, ok := find(words, p); ok {
				return w
			}
		}
		if time.Now().After(deadline) {
			var seen []string
			for _, w := range words {
				seen = append(seen, w.text)
			}
			s.t.Fatalf("the screen never showed %q; it shows: %s", phrases, strings.Join(seen, " "))
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// enlarge doubles a picture, in grey.
func enlarge(t *testing.T, path string) {
	t.Helper()
	small := picture(t, path)
	big := image.NewGray(image.Rect(0, 0, 2*small.Bounds().Dx(), 2*small.Bounds().Dy()))
	draw.CatmullRom.Scale(big, big.Bounds(), small, small.Bounds(), draw.Src, nil)
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, png.Encode(f, big))
}

func picture(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	return img
}

// buttonBelow finds the first filled button under a heading, by its colour: white letters on it are often not recognized.
func (s *screen) buttonBelow(heading word) word {
	s.t.Helper()
	img := picture(s.t, s.shoot("reading"))
	x := heading.x + 5 // in the padding, left of the button's own letters
	ground, run := img.At(x, heading.y-4), 0
	for y := heading.y + heading.h; y < min(heading.y+250, img.Bounds().Max.Y); y++ {
		if distance(img.At(x, y), ground) < 0x4000 {
			run = 0
		} else if run++; run == 20 {
			return word{x: x, y: y - 10, w: 30, h: 8}
		}
	}
	s.t.Fatalf("there is no button below %+v", heading)
	return word{}
}

func distance(a, b color.Color) uint32 {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	return max(ar, br) - min(ar, br) + max(ag, bg) - min(ag, bg) + max(ab, bb) - min(ab, bb)
}

func (s *screen) click(w word) {
	s.t.Helper()
	s.run("xdotool", "mousemove", strconv.Itoa(w.x+w.w/2), strconv.Itoa(w.y+w.h/2), "click", "1")
}

func (s *screen) typeText(text string) { s.run("xdotool", "type", "--delay", "20", text) }

func (s *screen) key(keys ...string) {
	s.run("xdotool", append([]string{"key", "--delay", "60"}, keys...)...)
}

// colours counts the distinct colours of a screenshot: an empty window has a handful.
func colours(t *testing.T, path string) int {
	t.Helper()
	img := picture(t, path)
	seen := map[[3]uint32]bool{}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X; x += 2 {
			r, g, bl, _ := img.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, bl >> 8}] = true
		}
	}
	return len(seen)
}
