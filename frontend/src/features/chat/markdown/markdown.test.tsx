import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { useNavigation } from "@/lib/navigation";
import { freshBackend, renderWith } from "@/test/render";
import { safeTarget } from "./links";
import { Markdown } from "./markdown";

test("raw HTML is dropped and nothing is loaded from elsewhere", () => {
  freshBackend();
  const { container } = renderWith(
    <Markdown text={'Hello <script>alert(1)</script><img src="https://x.example/a.png" onerror="x"> ![chart](https://x.example/b.png)\n\n<iframe src="https://x.example"></iframe>'} />,
  );
  expect(container.querySelectorAll("script, img, iframe")).toHaveLength(0);
  expect(screen.getByRole("link", { name: /Image: chart \(x\.example\)/ })).toBeInTheDocument();
});

test("a link says where it leads and asks first", async () => {
  freshBackend();
  const { user, container } = renderWith(<Markdown text="See [the guide](https://docs.example.com/a?b=c)." />);
  expect(container.querySelectorAll("a")).toHaveLength(0);
  await user.click(screen.getByRole("link", { name: /the guide \(docs\.example\.com\)/ }));
  expect(useNavigation.getState().pendingLink).toBe("https://docs.example.com/a?b=c");
});

test("only https addresses are links", () => {
  freshBackend();
  renderWith(<Markdown text={"[a](javascript:alert(1)) [b](http://plain.example) [c](file:///etc/passwd)"} />);
  expect(screen.queryAllByRole("link")).toHaveLength(0);
  expect(safeTarget("https://ok.example")?.host).toBe("ok.example");
  expect(safeTarget("/relative")).toBeNull();
});

test("code can be copied as it is", async () => {
  const fake = freshBackend();
  const { user } = renderWith(<Markdown text={"```bash\naws s3 ls\n\naws sts get-caller-identity\n```"} />);
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(fake.copied).toEqual(["aws s3 ls\n\naws sts get-caller-identity"]);
});

test("an ARN in code opens the resource", async () => {
  freshBackend();
  const { user } = renderWith(<Markdown text="It is `arn:aws:s3:::logs`." />);
  await user.click(screen.getByRole("button", { name: "arn:aws:s3:::logs" }));
  expect(useNavigation.getState().resourceArn).toBe("arn:aws:s3:::logs");
});

test("tables are tables", () => {
  freshBackend();
  renderWith(<Markdown text={"| A | B |\n| --- | --- |\n| 1 | 2 |"} />);
  expect(screen.getAllByRole("columnheader")).toHaveLength(2);
});
