package secret

import "regexp"

// keyBegins is the first line of a private key in PEM. The rules of gitleaks ask for its last line too, which a text that
// was cut does not have.
var keyBegins = regexp.MustCompile(`-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----`)

// keyGoesOn is what may stand in it: base64 with its headers and line ends, also where they are escaped.
var keyGoesOn = regexp.MustCompile(`^[A-Za-z0-9+/=\s\\:,.-]*`)

// privateKeys are those that begin, whether they end or not.
func privateKeys(text string) []Finding {
	var found []Finding
	for _, at := range keyBegins.FindAllStringIndex(text, -1) {
		rest := keyGoesOn.FindStringIndex(text[at[1]:])
		body := text[at[1] : at[1]+rest[1]]
		if len(body) < 40 {
			continue // words about a key
		}
		found = append(found, Finding{Rule: "private-key", Description: "Begins a private key.", Start: at[0], End: at[1] + keyLength(body)})
	}
	return found
}

// keyLength is how far the key goes in what follows its first line: up to the first line of words.
func keyLength(body string) int {
	end := 0
	for at := 0; at < len(body); {
		next := at
		for next < len(body) && body[next] != '\n' {
			next++
		}
		for i := at; i < next; i++ {
			if body[i] == ' ' && i > at && i+1 < next && at > 0 && body[at] != '-' {
				return end // a line of words; the first may hold a key in one line
			}
		}
		end = next
		at = next + 1
	}
	return end
}
