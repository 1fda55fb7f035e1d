import { expect, test } from "vitest";
import { toBackendError } from "./error";

test("an AppError, its JSON and an Error that carries the JSON read the same", () => {
  const error = { code: "denied", message: "scan rds: not allowed", hint: "add rds:Describe*", retryable: true };
  for (const reason of [error, JSON.stringify(error), new Error(JSON.stringify(error))]) {
    expect(toBackendError(reason)).toMatchObject(error);
  }
});

test("plain words become the message", () => {
  expect(toBackendError("open ledger: disk full")).toMatchObject({ code: "internal", message: "open ledger: disk full" });
  expect(toBackendError(new Error("boom"))).toMatchObject({ message: "boom" });
  expect(toBackendError("{not json").message).toBe("{not json");
});

test("nothing at all still says something", () => {
  expect(toBackendError(undefined).message).not.toBe("");
});
