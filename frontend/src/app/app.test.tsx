import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { BackendError } from "@/lib/backend";
import { forgetLoadedDrafts } from "@/features/chat/drafts";
import { useChat } from "@/features/chat/state";
import { useEstateView } from "@/features/estate/state";
import { useNavigation } from "@/lib/navigation";
import { fakeRecoveryKey } from "@/test/fake-backend";
import { freshBackend, renderWith } from "@/test/render";
import { App } from "./app";

beforeEach(() => {
  useChat.setState({ pending: {}, editing: "", newRecall: null });
  forgetLoadedDrafts();
  useEstateView.setState({ ignored: { text: "", filters: [] }, sortBy: "", desc: false });
  window.localStorage.clear();
});

describe("start", () => {
  test("the shell is there before the services are, and says what is under way", async () => {
    freshBackend({ phase: "starting" });
    renderWith(<App />);
    expect(screen.getByRole("navigation", { name: "Main" })).toBeInTheDocument();
    expect(await screen.findByText("rebuilding 1,200 of 10,000")).toBeInTheDocument();
    expect(screen.getByRole("progressbar", { name: "Index" })).toHaveAttribute("aria-valuenow", "1200");
  });

  test("a wrong passphrase is said, the right one opens", async () => {
    freshBackend({ phase: "needs_passphrase" });
    const { user } = renderWith(<App />);
    await user.type(await screen.findByLabelText("Passphrase"), "wrong{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The passphrase is not the right one");
    await user.clear(screen.getByLabelText("Passphrase"));
    await user.type(screen.getByLabelText("Passphrase"), "correct{Enter}");
    expect(await screen.findByRole("searchbox", { name: "Search the estate" })).toBeInTheDocument();
  });

  test("a failed start tells why and what to do, and can be tried again", async () => {
    freshBackend({ phase: "failed" });
    const { user } = renderWith(<App />);
    expect(await screen.findByRole("alert")).toHaveTextContent("Open keys: the master key does not match the data");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("searchbox", { name: "Search the estate" })).toBeInTheDocument();
  });

  test("the first launch offers a scan and the sample, and leads into the estate", async () => {
    freshBackend({ firstLaunch: true, resources: 0, conversations: 0 });
    const { user } = renderWith(<App />);
    expect(await screen.findByRole("region", { name: "Scan an AWS profile" })).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Load the sample" }));
    expect(await screen.findByRole("searchbox", { name: "Search the estate" })).toBeInTheDocument();
    await user.click(await screen.findByRole("button", { name: /1 part could not be read/ }));
    expect(screen.getByText("Add rds:Describe* to the role")).toBeInTheDocument();
  });

  test("nobody gets past the first launch without the recovery key, or a no in so many words", async () => {
    const fake = freshBackend({ firstLaunch: true, resources: 0, conversations: 0, recoveryKeySaved: false });
    const { user } = renderWith(<App />);
    expect(await screen.findByRole("region", { name: "Keep your recovery key" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Load the sample" })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Look around first" })).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Go on without it…" }));
    const dialog = screen.getByRole("dialog", { name: "Go on without a recovery key?" });
    expect(within(dialog).getByRole("button", { name: "Go on without it" })).toBeDisabled();
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));

    await user.click(screen.getByRole("button", { name: "Print…" }));
    await waitFor(() => expect(fake.printed).toBe(1));
    expect(document.querySelector(".print-sheet")).toHaveTextContent(fakeRecoveryKey);
    window.dispatchEvent(new Event("afterprint"));
    await waitFor(() => expect(document.querySelector(".print-sheet")).toBeNull());
    await user.click(screen.getByRole("button", { name: "Copy" }));
    await waitFor(() => expect(fake.copied.at(-1)).toContain(fakeRecoveryKey));
    expect(fake.status.recoveryKeySaved).toBe(false);
    await user.click(screen.getByRole("button", { name: "I have put it away" }));
    expect(await screen.findByRole("button", { name: "Load the sample" })).toBeInTheDocument();
    expect(fake.status.recoveryKeySaved).toBe(true);
    expect(document.body.innerHTML).not.toContain("AGE-SECRET-KEY-1");
    expect(fake.printed).toBe(1);
  });

  test("who said no is asked no more", async () => {
    const fake = freshBackend({ firstLaunch: true, resources: 0, conversations: 0, recoveryKeySaved: false });
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("button", { name: "Go on without it…" }));
    await user.click(screen.getByRole("checkbox", { name: /I do not want it/ }));
    await user.click(screen.getByRole("button", { name: "Go on without it" }));
    expect(await screen.findByRole("button", { name: "Load the sample" })).toBeInTheDocument();
    expect(fake.status).toMatchObject({ recoveryKeySaved: false, recoveryDeclined: true });
  });

  test("a new machine takes everything from a backup, with the recovery key", async () => {
    const fake = freshBackend({ firstLaunch: true, resources: 0, conversations: 0, recoveryKeySaved: false });
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("button", { name: "Restore from a backup…" }));
    const dialog = screen.getByRole("dialog", { name: "Restore from a backup" });
    await user.type(within(dialog).getByLabelText("Folder"), "/media/ada/backup-disk");
    await user.type(within(dialog).getByLabelText("Recovery key"), "not a key");
    await user.click(within(dialog).getByRole("button", { name: "Find the backups" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("It is not a recovery key of CloudOps");
    await user.clear(within(dialog).getByLabelText("Recovery key"));
    await user.type(within(dialog).getByLabelText("Recovery key"), fakeRecoveryKey);
    await user.click(within(dialog).getByRole("button", { name: "Find the backups" }));
    expect(await within(dialog).findByRole("status")).toHaveTextContent("6 backups of ada-laptop");
    await user.click(within(dialog).getByRole("button", { name: "Restore" }));
    await waitFor(() => expect(fake.restored).toEqual([{ backup: "", at: "" }]));
    expect(await screen.findByRole("region", { name: "Restored" }, { timeout: 5000 })).toBeInTheDocument();
  });

  test("a data folder whose key is lost opens with the recovery key", async () => {
    freshBackend({ phase: "failed" });
    const { user } = renderWith(<App />);
    const form = await screen.findByRole("form", { name: "Open with the recovery key" });
    await user.type(within(form).getByLabelText("Recovery key"), "AGE-SECRET-KEY-1OTHER{Enter}");
    expect(await within(form).findByRole("alert")).toHaveTextContent("another vault's key");
    await user.click(within(form).getByRole("button", { name: "Choose…" }));
    await waitFor(() => expect(within(form).getByLabelText("Recovery key")).toHaveValue("/media/ada/stick/cloudops-recovery-key.txt"));
    await user.click(within(form).getByRole("button", { name: "Open with the recovery key" }));
    expect(await screen.findByRole("searchbox", { name: "Search the estate" })).toBeInTheDocument();
  });

  test("the recovery key is called to mind until it is saved", async () => {
    const fake = freshBackend({ recoveryKeySaved: false });
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("button", { name: "Save it now" }));
    await user.click(await screen.findByRole("button", { name: "Save to a file…" }));
    await waitFor(() => expect(screen.queryByText(/Save your recovery key/)).not.toBeInTheDocument());
    expect(fake.status.recoveryKeySaved).toBe(true);
  });

  test("a Qdrant that is down is said, and can be started", async () => {
    freshBackend({ qdrant: "down" });
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("button", { name: "Start it again" }));
    await waitFor(() => expect(screen.queryByText(/Search is down because/)).not.toBeInTheDocument());
  });
});

describe("estate", () => {
  test("words become filters that can be taken away", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await user.type(await screen.findByRole("searchbox", { name: "Search the estate" }), "production database");
    const chips = await screen.findByRole("list", { name: "Active filters" });
    expect(within(chips).getByText("Environment: prod")).toBeInTheDocument();
    await user.click(within(chips).getByRole("button", { name: "Remove the filter Environment: prod" }));
    await waitFor(() => expect(within(chips).queryByText("Environment: prod")).not.toBeInTheDocument());
    expect(await within(chips).findByText("Database")).toBeInTheDocument();
  });

  test("the keyboard goes from the search to a resource", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await screen.findByRole("searchbox", { name: "Search the estate" });
    await user.keyboard("/production database");
    await screen.findByRole("list", { name: "Active filters" });
    await user.keyboard("{Enter}{ArrowDown}{Enter}");
    const drawer = await screen.findByRole("dialog", { name: "Resource" });
    expect(await within(drawer).findByText("Tags")).toBeInTheDocument();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Resource" })).not.toBeInTheDocument());
  });

  test("a facet narrows the result", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("tab", { name: "Resources" }));
    const facets = await screen.findByRole("navigation", { name: "Narrow the result" });
    await user.click(await within(facets).findByRole("checkbox", { name: /eu-west-1/ }));
    expect(await screen.findByText("Region: eu-west-1")).toBeInTheDocument();
    await user.click(await within(facets).findByRole("button", { name: "Leave out eu-west-1" }));
    expect(await screen.findByText("Region: not eu-west-1")).toBeInTheDocument();
    expect(within(facets).getByRole("checkbox", { name: /eu-west-1/ })).not.toBeChecked();
    await user.click(within(facets).getByRole("button", { name: "Leave out eu-west-1" }));
    await waitFor(() => expect(screen.queryByText("Region: not eu-west-1")).not.toBeInTheDocument());
  });

  test("a resource is opened, its relations followed, and asked about", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("tab", { name: "Resources" }));
    await user.click((await screen.findAllByRole("row"))[1]!);
    const drawer = await screen.findByRole("dialog", { name: "Resource" });
    await user.click(await within(drawer).findByRole("tab", { name: /Attributes/ }));
    expect(within(drawer).getByText("m6i.large")).toBeInTheDocument();
    await user.click(within(drawer).getByRole("button", { name: "Ask about this" }));
    expect(await screen.findByRole("list", { name: "About" })).toBeInTheDocument();
  });

  test("relations that are not all there are said to be", async () => {
    const fake = freshBackend();
    fake.neighbours = 20;
    fake.leftOut = 3200;
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("tab", { name: "Resources" }));
    await user.click((await screen.findAllByRole("row"))[1]!);
    const drawer = await screen.findByRole("dialog", { name: "Resource" });
    await user.click(await within(drawer).findByRole("tab", { name: "Relations (3,223)" }));
    expect(await within(drawer).findByText("21 of 3,221 resources that refer to this one are shown.")).toBeInTheDocument();
  });

  test("a search waits for an index that is not there yet", async () => {
    const fake = freshBackend();
    const search = fake.searchEstate;
    fake.searchEstate = () => Promise.reject(new BackendError({ code: "index_down", message: "search: the index is not running", hint: "it comes back", retryable: true }));
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("tab", { name: "Resources" }));
    expect(await screen.findByText("Search: the index is not running")).toBeInTheDocument();
    fake.searchEstate = search;
    expect((await screen.findAllByRole("row")).length).toBeGreaterThan(5);
  });

  test("an empty result helps on", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await user.type(await screen.findByRole("searchbox", { name: "Search the estate" }), "zzzzz");
    await user.click(await screen.findByRole("button", { name: "Show everything" }));
    expect((await screen.findAllByRole("row")).length).toBeGreaterThan(5);
  });
});

describe("chat", () => {
  const openChat = async (user: ReturnType<typeof renderWith>["user"]) => {
    await screen.findByRole("searchbox", { name: "Search the estate" });
    await user.keyboard("{Control>}n{/Control}");
    return screen.findByLabelText("Your prompt");
  };

  test("a prompt is answered, with its sources and the word that no model took part", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await user.type(await openChat(user), "Which databases are open?{Enter}");
    expect(await screen.findByText(/Two databases in/)).toBeInTheDocument();
    expect(await screen.findByRole("group", { name: "From your estate" })).toBeInTheDocument();
    expect(screen.getByText(/no model connected/)).toBeInTheDocument();
    expect(screen.getAllByRole("article", { name: "Answer" })).toHaveLength(1);
  });

  test("Shift+Enter makes a line and the draft stays with its conversation", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await user.type(await openChat(user), "First{Shift>}{Enter}{/Shift}second");
    await user.click(await screen.findByRole("button", { name: /^Open databases/ }));
    expect(screen.getByLabelText("Your prompt")).toHaveValue("");
    await user.click(screen.getByRole("button", { name: "New conversation" }));
    expect(screen.getByLabelText("Your prompt")).toHaveValue("First\nsecond");
  });

  test("a prompt that was not taken is kept and can be sent again", async () => {
    const fake = freshBackend();
    fake.failAsk = new BackendError({ code: "network", message: "ask model: connection refused", hint: "start it", retryable: true });
    const { user } = renderWith(<App />);
    await user.type(await openChat(user), "Which databases are open?{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Ask model: connection refused");
    expect(screen.getByRole("article", { name: "You" })).toHaveTextContent("Which databases are open?");
    fake.failAsk = null;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText(/Two databases in/)).toBeInTheDocument();
  });

  test("an answer can be stopped", async () => {
    const fake = freshBackend();
    fake.pace = 30;
    const { user } = renderWith(<App />);
    await user.type(await openChat(user), "Which databases are open?{Enter}");
    await user.click(await screen.findByRole("button", { name: "Stop the answer" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Stop the answer" })).not.toBeInTheDocument());
  });

  test("a conversation is renamed and deleted with a question first", async () => {
    const fake = freshBackend();
    const { user } = renderWith(<App />);
    await openChat(user);
    await user.click(await screen.findByRole("button", { name: "Actions for Open databases in production" }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename" }));
    const title = await screen.findByLabelText("Title");
    await user.clear(title);
    await user.type(title, "Audit{Enter}");
    await user.click(await screen.findByRole("button", { name: "Actions for Audit" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete…" }));
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByText("Audit")).not.toBeInTheDocument());
    expect(fake.conversations.some((c) => c.title === "Audit")).toBe(false);
  });

  test("what was typed is in no storage and not in the address", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await user.type(await openChat(user), "the secret word");
    await user.type(screen.getByLabelText("Search all conversations"), "another secret");
    const stored = JSON.stringify({ ...window.localStorage }) + JSON.stringify({ ...window.sessionStorage }) + window.location.href;
    expect(stored).not.toContain("secret");
  });
});

describe("everywhere", () => {
  test("the palette finds its way", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await screen.findByRole("searchbox", { name: "Search the estate" });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "payments");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(useNavigation.getState().estateText).toBe("payments"));
  });

  test("a command that is typed is what Enter runs, and other words are looked for", async () => {
    freshBackend();
    const { user } = renderWith(<App />);
    await screen.findByRole("searchbox", { name: "Search the estate" });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "sca");
    expect(screen.getByRole("option", { name: "Search the estate for “sca”" })).toBeInTheDocument();
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("dialog", { name: "Scan AWS" })).toBeInTheDocument();
    await user.keyboard("{Escape}{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "purged");
    // Found by another word, and so after what the words are looked for in.
    expect(screen.getAllByRole("option").map((o) => o.textContent).at(-1)).toBe("Bring back a conversation that is gone…");
    expect(screen.getAllByRole("option")[0]).toHaveAttribute("aria-selected", "true");
  });

  test("the ARN of a resource in the table is copied by a key", async () => {
    const fake = freshBackend();
    const { user } = renderWith(<App />);
    await user.click(await screen.findByRole("tab", { name: "Resources" }));
    const grid = await screen.findByRole("grid", { name: "Resources" });
    await waitFor(() => expect(within(grid).getAllByRole("row").length).toBeGreaterThan(3));
    act(() => grid.focus());
    await user.keyboard("{ArrowDown}c");
    await waitFor(() => expect(fake.copied).toEqual([fake.resources[1]!.arn]));
  });

  test("a link opens only after it was shown whole", async () => {
    const fake = freshBackend();
    const { user } = renderWith(<App />);
    await screen.findByRole("searchbox", { name: "Search the estate" });
    useNavigation.getState().askToOpen("https://docs.example.com/a?b=c");
    const dialog = await screen.findByRole("dialog", { name: "Open in the browser?" });
    expect(dialog).toHaveTextContent("https://docs.example.com/a?b=c");
    expect(fake.opened).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Open" }));
    expect(fake.opened).toEqual(["https://docs.example.com/a?b=c"]);
  });

  test("a passphrase takes the place of the keychain", async () => {
    const fake = freshBackend();
    const { user } = renderWith(<App />);
    await screen.findByRole("searchbox", { name: "Search the estate" });
    act(() => useNavigation.getState().openSettings("keys"));
    await user.click(await screen.findByRole("button", { name: "Use a passphrase instead…" }));
    const dialog = screen.getByRole("dialog", { name: "Use a passphrase instead" });
    await user.type(within(dialog).getByLabelText("New passphrase"), "short");
    await user.type(within(dialog).getByLabelText("Again"), "shore");
    expect(within(dialog).getByRole("button", { name: "Save" })).toBeDisabled();
    await user.clear(within(dialog).getByLabelText("Again"));
    await user.type(within(dialog).getByLabelText("Again"), "short{Enter}");
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("Take at least 8 characters");
    await user.type(within(dialog).getByLabelText("New passphrase"), "er than long");
    await user.type(within(dialog).getByLabelText("Again"), "er than long{Enter}");
    expect(await screen.findByRole("button", { name: "Change the passphrase…" })).toBeInTheDocument();
    expect(fake.passphrases).toEqual(["shorter than long"]);
    await user.click(screen.getByRole("button", { name: "Rotate the keys…" }));
    await user.click(screen.getByRole("button", { name: "Rotate" }));
    await waitFor(() => expect(fake.rotations).toBe(1));
  });

  test("settings are in force only when they were saved", async () => {
    const fake = freshBackend();
    const { user } = renderWith(<App />);
    await screen.findByRole("searchbox", { name: "Search the estate" });
    await user.keyboard("{Control>}4{/Control}");
    await user.click(await screen.findByRole("checkbox", { name: /sandbox/ }));
    await user.type(screen.getByLabelText("Regions"), "us-east-1,");
    expect(fake.settings.profiles).toEqual(["prod-readonly"]);
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(fake.settings.profiles).toEqual(["prod-readonly", "sandbox"]));
    expect(fake.settings.regions).toEqual(["eu-west-1", "us-east-1"]);
  });
});
