package embedding

import "strings"

// stopWords carry no meaning alone. The list is short: the inverse document frequency sees to the rest.
var stopWords = wordSet(`
	a an the this that these those it its it's i me my we us our you your he him his she her they them their
	i'm i've i'd i'll you're you've we're we've they're that's there's
	am is are was were be been being do does did doing done don't doesn't didn't have has had having
	can could will would shall should might must
	and or but if then than so as of at by for with about to from in into on onto over up out off
	what which who whom whose when where why how there here
	not no nor too very just also only`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}
