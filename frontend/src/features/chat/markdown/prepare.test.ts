import { expect, test } from "vitest";
import { completeBlock, normaliseMaths, splitReasoning } from "./prepare";

test("formulas are told from prices", () => {
  expect(normaliseMaths("It is $x^2$ and \\(a+b\\).")).toBe("It is $$x^2$$ and $$a+b$$.");
  for (const price of ["from $5 to $10", "$5-$10 a month", "US$ 3 and $4.", "costs $14 a month, or $168 a year", "`$HOME` and $PATH"]) expect(normaliseMaths(price)).toBe(price);
});

test("code keeps its dollars and backslashes", () => {
  expect(normaliseMaths("run `echo $a_b$` or `\\(x\\)`")).toBe("run `echo $a_b$` or `\\(x\\)`");
  const fenced = "```sh\necho $x_1$ \\(y\\)\n```";
  expect(normaliseMaths(fenced)).toBe(fenced);
});

test("a table is a table from its first line on", () => {
  expect(completeBlock("| A | B |")).toBe("| A | B |\n| --- | --- |");
  expect(completeBlock("| A | B |\n| -")).toBe("| A | B |\n| --- | --- |");
  expect(completeBlock("| A | B |\n| --- | --- |\n| 1")).toBe("| A | B |\n| --- | --- |\n| 1");
});

test("what is open is closed while it comes", () => {
  expect(completeBlock("this is **bold")).toBe("this is **bold**");
  expect(completeBlock("run `aws s3")).toBe("run `aws s3`");
  expect(completeBlock("$$\n\\frac{1}{")).toBe("```text\n\\frac{1}{");
  expect(completeBlock("```sh\necho **")).toBe("```sh\necho **");
});

test("thinking is parted from the answer, closed or not", () => {
  expect(splitReasoning("<think>\nhm\n</think>\n\nYes.")).toEqual({ reasoning: "hm", answer: "Yes.", open: false });
  expect(splitReasoning("<think>still")).toEqual({ reasoning: "still", answer: "", open: true });
  expect(splitReasoning("No <think> here")).toEqual({ reasoning: "", answer: "No <think> here", open: false });
});
