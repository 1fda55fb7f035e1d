import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { TooltipProvider } from "@/components/ui/tooltip";
import { provideBackend } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { createQueryClient } from "@/lib/queries";
import { useRuns } from "@/lib/runs";
import { FakeBackend, type FakeOptions } from "./fake-backend";

const start = useNavigation.getState();

/** Gives every test a backend of its own and a window that was just opened. */
export function freshBackend(options: FakeOptions = {}): FakeBackend {
  const fake = new FakeBackend(options);
  provideBackend(fake);
  useNavigation.setState(start, true);
  useRuns.setState({ tracked: {} });
  return fake;
}

export function renderWith(content: ReactNode) {
  const client = createQueryClient();
  const view = render(
    <QueryClientProvider client={client}>
      <TooltipProvider>{content}</TooltipProvider>
    </QueryClientProvider>,
  );
  return { ...view, user: userEvent.setup() };
}
