import { expect, test } from "vitest";
import { namesOf } from "./resources";
import { toCsv, toMarkdownTable } from "./table";

test("a table leaves as CSV that a spreadsheet does not take for formulas", () => {
  expect(toCsv([["Name", "Cost"], ['a "b", c', "-12.5"], ["=cmd()", "@x"]])).toBe(`Name,Cost\r\n"a ""b"", c",-12.5\r\n'=cmd(),'@x`);
});

test("a bar inside a cell stays inside it", () => {
  expect(toMarkdownTable([["A"], ["x|y"]])).toBe("| A |\n| --- |\n| x\\|y |");
});

test("a resource is known by its ARN, its name and its id", () => {
  const source = { kind: "resource", arn: "arn:aws:ec2:eu-west-1:1:instance/i-0abc", title: "web-1", subtitle: "", conversationId: "", messageId: "", seq: 0 };
  const names = namesOf([source, { ...source, kind: "message", arn: "", title: "other" }]);
  expect([...names.keys()]).toEqual([source.arn, "web-1", "i-0abc"]);
});
