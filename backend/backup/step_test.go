package backup

func stepTest() bool { return false }
