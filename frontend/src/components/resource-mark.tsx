import {
  Activity, Archive, Box, Boxes, Cable, CloudCog, Container, Database, Globe, HardDrive, KeyRound, Layers, Lock, Mail, MessageSquare,
  Network, Scale, ScrollText, Server, Shield, Signpost, SquareFunction, Table2, Workflow, type LucideIcon,
} from "lucide-react";
import { cn } from "@/lib/cn";

const byType: Record<string, LucideIcon> = {
  "AWS::EC2::Volume": HardDrive,
  "AWS::EC2::Snapshot": HardDrive,
  "AWS::EC2::SecurityGroup": Shield,
  "AWS::EC2::VPC": Network,
  "AWS::EC2::Subnet": Network,
  "AWS::EC2::NatGateway": Cable,
  "AWS::EC2::NetworkInterface": Cable,
};

const byService: Record<string, LucideIcon> = {
  ec2: Server, rds: Database, s3: Archive, lambda: SquareFunction, dynamodb: Table2, redshift: Database, elasticache: Layers,
  ecs: Container, eks: Boxes, ecr: Container, iam: KeyRound, kms: KeyRound, secretsmanager: Lock, sns: MessageSquare, sqs: Mail,
  cloudfront: Globe, route53: Signpost, elasticloadbalancing: Scale, elb: Scale, elbv2: Scale, logs: ScrollText, cloudwatch: Activity,
  apigateway: Globe, states: Workflow, stepfunctions: Workflow, cloudformation: CloudCog, efs: HardDrive, kinesis: Activity,
};

interface IconProps {
  type: string;
  service: string;
  className?: string;
}

/** A sign for the kind of resource; its name always stands beside it. */
export function ResourceIcon({ type, service, className }: IconProps) {
  const Icon = byType[type] ?? byService[service.toLowerCase()] ?? Box;
  return <Icon className={cn("size-4 shrink-0 text-muted", className)} aria-hidden />;
}

const envColours: Record<string, string> = {
  prod: "bg-[oklch(0.62_0.17_22)]",
  production: "bg-[oklch(0.62_0.17_22)]",
  staging: "bg-[oklch(0.72_0.14_75)]",
  stage: "bg-[oklch(0.72_0.14_75)]",
  uat: "bg-[oklch(0.72_0.14_75)]",
  test: "bg-[oklch(0.66_0.11_290)]",
  qa: "bg-[oklch(0.66_0.11_290)]",
  dev: "bg-[oklch(0.66_0.12_235)]",
  development: "bg-[oklch(0.66_0.12_235)]",
  sandbox: "bg-[oklch(0.68_0.11_160)]",
};

export function EnvMark({ env }: { env: string }) {
  if (!env) return <span className="text-muted">–</span>;
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      <span aria-hidden className={cn("size-2 shrink-0 rounded-full", envColours[env.toLowerCase()] ?? "bg-line-strong")} />
      <span className="truncate">{env}</span>
    </span>
  );
}
