package archive

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// namespace is that of all ids made here (UUID v5). To change it is to import everything anew beside what is there.
var namespace = uuid.MustParse("7c1d6f4a-52b3-5f0e-9a55-0d8e4c2b7f61")

// derive makes an id of its parts. They are joined with their lengths, so that no two lists of parts give the same name.
func derive(parts ...string) string {
	var name strings.Builder
	for _, p := range parts {
		name.WriteString(strconv.Itoa(len(p)))
		name.WriteByte(':')
		name.WriteString(p)
	}
	return uuid.NewSHA1(namespace, []byte(name.String())).String()
}

// conversationID is the id of a conversation of another program: the profile that reads it, the program, the user there and
// its id there. Ids of the other program that are UUIDs are not kept: two profiles of a vault may read the same archive.
func conversationID(profile, program, user, original string) string {
	return derive("conversation", profile, program, user, original)
}

// messageID is the id of a message that has one in its own program.
func messageID(conversation, original string) string {
	return derive("message", conversation, original)
}

// textID is the id of a message that has none: the nth of its conversation with this role and text. A position in a file is no
// part of it, since the Node.js module keeps the same messages in two files, one of which begins later.
func textID(conversation, role, text string, nth int) string {
	return derive("text", conversation, role, text, strconv.Itoa(nth))
}
