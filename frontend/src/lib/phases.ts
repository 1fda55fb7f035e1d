const phases: Record<string, string> = {
  closing: "Closing what is open",
  listing: "Reading the list of backups",
  fetching: "Reading and opening the backup",
  reading: "Reading the log of this machine",
  checking: "Comparing every record with the backup's sums",
  looking: "Looking for what no backup needs",
  removing: "Removing",
  sending: "Sealing and sending",
  cleaning: "Cleaning up",
  opening: "Opening what came back",
};

/** What long work on backups does just now, in words; other details as they are. */
export const phaseWords = (detail: string): string => phases[detail] ?? detail;
