import { expect, test } from "vitest";
import { buildQuery, chosenFilter, hasValue, leavesOut, toggleValue, useEstateView, withChosen } from "./state";

test("ticking adds a value, unticking the last one removes the filter", () => {
  const one = toggleValue([], "region", "Region", "eu-west-1");
  const two = toggleValue(one, "region", "Region", "us-east-1");
  expect(two).toEqual([{ field: "region", label: "Region", values: ["eu-west-1", "us-east-1"], not: false, fromQuery: false, relaxed: false }]);
  expect(toggleValue(one, "region", "Region", "eu-west-1")).toEqual([]);
});

test("a value is chosen or left out, never both", () => {
  const out = toggleValue(toggleValue([], "env", "Environment", "dev", true), "env", "Environment", "test", true);
  expect(out).toEqual([{ ...chosenFilter("env", "Environment", ["dev", "test"]), not: true }]);
  expect([leavesOut(out, "env", "dev"), hasValue(out, "env", "dev")]).toEqual([true, false]);
  const chosen = toggleValue(out, "env", "Environment", "dev");
  expect(chosen).toEqual([chosenFilter("env", "Environment", ["dev"])]);
  expect(toggleValue(toggleValue(chosen, "env", "Environment", "dev", true), "env", "Environment", "dev", true)).toEqual([]);
});

test("an understood filter that was removed stays away for these words only", () => {
  useEstateView.getState().ignore("production database", chosenFilter("env", "Environment", ["production"]));
  useEstateView.getState().ignore("production database", chosenFilter("type", "Type", ["AWS::RDS::DBInstance"]));
  const view = useEstateView.getState();
  expect(buildQuery("production database ", [], view).ignoreUnderstood).toEqual(["env", "type"]);
  expect(buildQuery("production bucket", [], view).ignoreUnderstood).toEqual([]);
  view.restore("env");
  expect(buildQuery("production database", [], useEstateView.getState()).ignoreUnderstood).toEqual(["type"]);
});

test("sorting goes up, down and back to relevance", () => {
  const { sort } = useEstateView.getState();
  const seen = () => [useEstateView.getState().sortBy, useEstateView.getState().desc];
  sort("name");
  expect(seen()).toEqual(["name", false]);
  sort("name");
  expect(seen()).toEqual(["name", true]);
  sort("name");
  expect(seen()).toEqual(["", false]);
});

test("a chosen value can be unticked though nothing is left of it", () => {
  const facets = [{ field: "env", label: "Environment", values: [{ value: "dev", label: "dev", count: 2 }] }];
  const chosen = [{ field: "env", label: "Environment", values: ["prod"], not: false, fromQuery: false, relaxed: false }];
  expect(withChosen(facets, chosen)[0]?.values.map((v) => v.value)).toEqual(["prod", "dev"]);
});
