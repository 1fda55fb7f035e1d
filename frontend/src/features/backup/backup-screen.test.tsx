import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { BackendError, type Run } from "@/lib/backend";
import { freshBackend, renderWith } from "@/test/render";
import type { FakeBackend } from "@/test/fake-backend";
import { useNavigation } from "@/lib/navigation";
import { startRuns } from "@/lib/runs";
import { Toaster } from "@/components/ui/toaster";
import { BackupScreen } from "./backup-screen";
import { GoneDialog } from "./gone-dialog";
import { PartDialog } from "./part-dialog";

let fake: FakeBackend;
beforeEach(() => {
  fake = freshBackend();
});

test("a place that cannot be used is said before anything is saved, and one that can is set", async () => {
  const { user } = renderWith(<BackupScreen />);
  await user.click(await screen.findByRole("radio", { name: "S3 bucket" }));
  await user.type(screen.getByLabelText("Bucket"), "not-mine");
  fake.failTest = new BackendError({ code: "denied", message: "list what is in s3://not-mine: access is denied", hint: "give s3:ListBucket", retryable: false });
  await user.click(screen.getByRole("button", { name: "Save and back up" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Give s3:ListBucket");
  expect(fake.backup.target).toBe("");

  fake.failTest = null;
  await user.click(screen.getByRole("radio", { name: "Folder" }));
  await user.click(screen.getByRole("button", { name: "Choose…" }));
  await user.click(await screen.findByRole("button", { name: "Save and back up" }));
  await waitFor(() => expect(fake.backup).toMatchObject({ target: "folder", dir: "/media/ada/backup-disk", everyHours: 24 }));
  await waitFor(() => expect(fake.points).toHaveLength(1));
});

test("the keyboard goes through the timeline, and Enter offers that backup", async () => {
  fake = freshBackend({ backups: 5 });
  const { user } = renderWith(<BackupScreen />);
  const timeline = await screen.findByRole("slider", { name: "Backups over time" });
  expect(timeline).toHaveAttribute("aria-valuenow", "5");
  timeline.focus();
  await user.keyboard("{ArrowLeft}{ArrowLeft}");
  expect(timeline).toHaveAttribute("aria-valuenow", "3");
  await user.keyboard("{Home}{Enter}");
  const dialog = await screen.findByRole("dialog", { name: "Restore" });
  await user.click(within(dialog).getByRole("button", { name: "Preview" }));
  await user.click(await within(dialog).findByRole("button", { name: /^Restore [\d,]+ records as of/ }));
  await waitFor(() => expect(fake.restored).toEqual([{ backup: fake.points[0]!.id, at: "" }]));
});

test("a moment that no backup reaches is not offered", async () => {
  fake = freshBackend({ backups: 3 });
  const { user } = renderWith(<BackupScreen />);
  const open = await screen.findByRole("button", { name: "Restore…" });
  await screen.findByRole("slider", { name: "Backups over time" });
  await user.click(open);
  await user.click(await screen.findByRole("menuitem", { name: "Everything…" }));
  await user.click(await screen.findByRole("radio", { name: "Any moment" }));
  const moment = screen.getByLabelText(/^Moment/);
  expect(screen.getByRole("button", { name: "Preview" })).toBeEnabled();
  await user.clear(moment);
  await user.type(moment, "2001-01-01 00:00");
  expect(screen.getByText("No backup reaches to this moment.")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Preview" })).toBeDisabled();
});

test("nothing goes before what would go was shown and said yes to", async () => {
  fake = freshBackend({ backups: 14 });
  const { user } = renderWith(<BackupScreen />);
  const card = await screen.findByRole("region", { name: "What stays" });
  const daily = within(card).getByLabelText("Daily");
  await user.clear(daily);
  await user.type(daily, "2");
  await user.click(within(card).getByRole("button", { name: "Preview" }));
  await within(card).findByText(/9 backups would go/);
  expect(fake.pruned).toEqual([]);
  await user.click(within(card).getByRole("button", { name: "Remove now…" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Remove" }));
  await waitFor(() => expect(fake.points).toHaveLength(5));
  expect(fake.pruned[0]).toMatchObject({ last: 3, daily: 2 });
  expect(fake.backup.keep.daily).toBe(7);
});

test("a part comes back after a preview, and can be taken back", async () => {
  const { user } = renderWith(<><PartDialog /><Toaster /></>);
  act(() => useNavigation.setState({ restorePart: { conversationId: "c-1", title: "Billing" } }));
  const dialog = await screen.findByRole("dialog", { name: "Back to an earlier state: Billing" });
  const moment = within(dialog).getByLabelText(/^Moment/);
  await user.clear(moment);
  await user.type(moment, "2001-02-03 04:05:06");
  expect(within(dialog).queryByRole("button", { name: "Bring it back" })).not.toBeInTheDocument();
  await user.click(within(dialog).getByRole("button", { name: "Preview" }));
  expect(await within(dialog).findByRole("row", { name: /^Messages 2 1 4$/ })).toBeInTheDocument();
  expect(fake.parts).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "Bring it back" }));
  const at = new Date(2001, 1, 3, 4, 5, 6).toISOString().replace(".000", "");
  await waitFor(() => expect(fake.parts).toEqual([{ conversationId: "c-1", at, fromBackups: false }]));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(fake.parts[1]).toEqual({ conversationId: "c-1", at: "2026-11-23T09:00:00.123Z", fromBackups: false }));
});

test("a conversation that is gone is found by its title and brought back from the backups", async () => {
  fake.gone = [
    { id: "g-1", title: "Rotate the keys of billing", lastActivity: "2026-11-02T10:00:00Z", messageCount: 12 },
    { id: "g-2", title: "", lastActivity: "2026-11-01T10:00:00Z", messageCount: 1 },
  ];
  const { user } = renderWith(<><GoneDialog /><Toaster /></>);
  act(() => useNavigation.setState({ restoreGone: true }));
  const dialog = await screen.findByRole("dialog", { name: "Bring back a conversation that is gone" });
  const moment = within(dialog).getByLabelText(/^Moment/);
  await user.clear(moment);
  await user.type(moment, "2026-11-03 04:05:06{Enter}");
  await user.click(await within(dialog).findByRole("radio", { name: /^Rotate the keys of billing 12 messages/ }));
  expect(within(dialog).getByRole("radio", { name: /^Untitled conversation 1 message/ })).toBeInTheDocument();
  expect(fake.parts).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "Bring it back" }));
  const at = new Date(2026, 10, 3, 4, 5, 6).toISOString().replace(".000", "");
  await waitFor(() => expect(fake.parts).toEqual([{ conversationId: "g-1", at, fromBackups: true }]));
  await user.click(await screen.findByRole("button", { name: "Open it" }));
  expect(useNavigation.getState()).toMatchObject({ screen: "chat", conversationId: "g-1", restoreGone: false });
});

test("a preview shows how far it is, and stops when it is told to or nobody looks at it any more", async () => {
  fake = freshBackend({ backups: 14 });
  const run: Run = { runId: "run-preview", kind: "preview", label: "Looking at the backups", state: "running", done: 3, total: 14, detail: "listing", findings: [], startedAt: "2026-11-23T10:00:00Z", endedAt: "" };
  fake.previewPrune = () => new Promise((_resolve, reject) => {
    const stop = fake.onRun((event) => {
      if (event.kind !== "cancelled") return;
      stop();
      reject(new BackendError({ code: "cancelled", message: "context canceled", hint: "", retryable: true }));
    });
  });
  const { user, unmount } = renderWith(<BackupScreen />);
  const stopRuns = startRuns();
  const card = await screen.findByRole("region", { name: "What stays" });
  await user.click(within(card).getByRole("button", { name: "Preview" }));
  act(() => fake.emitRun("progress", run));
  expect(within(card).getByRole("progressbar")).toHaveAttribute("aria-valuenow", "3");
  expect(within(card).getByText("Reading the list of backups")).toBeInTheDocument();
  await user.click(within(card).getByRole("button", { name: "Stop" }));
  await waitFor(() => expect(within(card).queryByRole("progressbar")).not.toBeInTheDocument());
  expect(within(card).queryByText(/context canceled/)).not.toBeInTheDocument();

  await user.click(within(card).getByRole("button", { name: "Preview" }));
  act(() => fake.emitRun("progress", { ...run, runId: "run-preview-2" }));
  unmount();
  await waitFor(() => expect(fake.runs.get("run-preview-2")?.state).toBe("cancelled"));
  stopRuns();
});
