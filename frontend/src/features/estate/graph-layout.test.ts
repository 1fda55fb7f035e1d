import { expect, test } from "vitest";
import type { ResourceRelation } from "@/lib/backend";
import { makeResource } from "@/test/fake-estate";
import { layOut, many, nearest, size } from "./graph-layout";

const relation = (i: number, kind: string, outgoing: boolean): ResourceRelation => {
  const resource = { ...makeResource(i), type: "AWS::EC2::SecurityGroup", typeLabel: "security group" };
  return { kind, outgoing, arn: resource.arn, resource };
};
const none = { opened: new Map<string, ResourceRelation[]>(), unfolded: new Set<string>() };

test("hundreds of a kind are one node until they are unfolded, and then a bounded number", () => {
  const relations = Array.from({ length: 142 }, (_, i) => relation(i, "vpc", false));
  const folded = layOut({ arn: "root", relations, ...none }, 128);
  const [node] = folded.nodes.filter((n) => !n.heading);
  expect(node?.folded).toEqual({ label: "security group", count: 142 });
  expect(node!.x).toBeLessThan(folded.centreX);
  const open = layOut({ arn: "root", relations, ...none, unfolded: new Set([node!.key]) }, 128);
  expect(open.nodes.filter((n) => n.arn)).toHaveLength(60);
  expect(open.nodes.at(-1)?.folded?.count).toBe(82);
  expect(many(42, "security group")).toBe("42 security groups");
  expect(many(2, "KMS key")).toBe("2 KMS keys");
  expect(many(2, "policy")).toBe("2 policies");
});

test("nodes do not lie over each other, also where a neighbour was opened, and nothing leads back", () => {
  const relations = [relation(1, "vpc", true), relation(2, "subnet", true), relation(3, "volume", false)];
  const first = layOut({ arn: "root", relations, ...none }, 128);
  const subnet = first.nodes.find((n) => n.arn === relations[1]!.arn)!;
  const further = [relation(4, "vpc", true), relation(5, "vpc", true), { ...relation(6, "vpc", true), arn: "root" }];
  const view = layOut({ arn: "root", relations, opened: new Map([[subnet.key, further]]), unfolded: new Set() }, 128);
  const stops = view.nodes.filter((n) => !n.heading);
  expect(stops.map((n) => n.arn)).not.toContain("root");
  for (const a of stops) {
    for (const b of stops) if (a !== b && a.column === b.column) expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(size.row);
  }
  expect(Math.min(...stops.map((n) => n.y))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...stops.map((n) => n.y + size.row))).toBeLessThanOrEqual(view.height);
  const right = nearest(view, null, "ArrowRight");
  expect(right).toMatchObject({ column: 1 });
  expect(nearest(view, right as never, "ArrowLeft")).toBe("centre");
});
